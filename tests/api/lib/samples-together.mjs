// Samples of what agencies agree on and build together: callers, bodies and one of each.
export const callers = { routines: 'drammen-dps:qm-1', 'record-system-accesses': 'drammen-dps:tl-1', projects: 'drammen-dps:pm-1', trainings: 'drammen-dps:tl-1' };
export const callersByOperation = { approveProject: 'drammen-dps:sg-1' };

let serial = 0;

const ofProject = (s) => ({ project_id: s.at['/projects/{id}'] });

export const bodies = {
	createProject: (s) => ({ parties: [{ agency_id: s.ids.agency['drammen-dps'], acts_as: 'OWNER' }] }),
	createProjectBody: (s) => ({ ...ofProject(s), seats: [{ role: 'MEMBER', agency_id: s.ids.agency['drammen-kommune'] }] }),
	createMilestone: ofProject,
	createDecisionPoint: ofProject,
	createAgreement: (s) => ({ parties: [s.ids.agency['drammen-dps'], s.ids.agency['lier-kommune']] }),
	createTrainingPackage: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'] }),
	createEvent: (s) => ({ agencies: [s.ids.agency['drammen-dps']] }),
	createArena: (s) => ({ parties: [s.ids.agency['drammen-dps']] }),
	createHospitation: (s) => ({ from_unit_id: s.ids.unit['drammen-dps:fact'], to_unit_id: s.ids.unit['drammen-kommune:mottak'] }),
	createRecordSystemAccess: (s) => ({ staff_id: s.ids.staff['drammen-dps:tm-1'], unit_id: s.ids.unit['drammen-dps:fact'], system: 'OTHER', system_name: `System ${++serial}`,
		system_agency_id: s.ids.agency['drammen-kommune'] }),
	createRoutine: (s) => ({ parties: [s.ids.agency['drammen-dps'], s.ids.agency['drammen-kommune']] }),
};

const things = { '/routines/{id}': 'createRoutine', '/record-system-accesses/{id}': 'createRecordSystemAccess', '/projects/{id}': 'createProject', '/project-bodies/{id}': 'createProjectBody',
	'/milestones/{id}': 'createMilestone', '/decision-points/{id}': 'createDecisionPoint', '/agreements/{id}': 'createAgreement',
	'/training-packages/{id}': 'createTrainingPackage', '/events/{id}': 'createEvent', '/arenas/{id}': 'createArena', '/hospitations/{id}': 'createHospitation' };

export async function makeTogether(s, find) {
	for (const [path, id] of Object.entries(things)) {
		const o = find(id);
		s.at[path] = (await s.create(s.caller(o), s.path(o), s.body(o))).id;
	}
}

// What the tests of every operation need for explanations, data subjects, calendars and alerts.
export const callers = { 'access-explanation': 'drammen-dps:tl-1', 'data-subject-requests': 'drammen-dps:pv-1', 'calendar-feeds': 'drammen-dps:tm-1' };

export const bodies = {
	createDataSubjectRequest: (s) => ({ patient_id: s.patient }),
	transitionDataSubjectRequest: () => ({ action: 'verify_identity', identity_check: 'Legitimasjon vist', legal_basis: undefined, answer: undefined }),
};

export async function makeTrust(s, find) {
	const o = find('createDataSubjectRequest');
	s.at['/calendar-feeds/{id}'] = (await s.create('drammen-dps:tm-1', '/calendar-feeds', {})).id;
	s.at['/data-subject-requests/{id}'] = (await s.create(s.caller(o), o.path, s.body(o))).id;
}

// Sixty patients, entered by the leaders of the teams that care for them; their kin, and the teams that
// share some of them.
import { makePatients } from './people.mjs';

// Who enters the patients number `from` and on, for which unit.
const clinics = [
	{ from: 0, as: 'drammen-dps:tl-1', unit: 'drammen-dps:fact', municipality: '3301' },
	{ from: 22, as: 'drammen-dps:tl-2', unit: 'drammen-dps:poliklinikk', municipality: '3301' },
	{ from: 34, as: 'drammen-kommune:tl-1', unit: 'drammen-kommune:mottak', municipality: '3301' },
	{ from: 46, as: 'lier-kommune:tl-1', unit: 'lier-kommune:mottak', municipality: '3312' },
	{ from: 54, as: 'ovre-eiker-kommune:tl-1', unit: 'ovre-eiker-kommune:mottak', municipality: '3314' },
];
const clinicOf = (i) => clinics.findLast((c) => i >= c.from);

// The same person known by another team: its own entry by number puts it in relation too.
async function share(client, units, patient, i) {
	const others = [];
	if (i < 34 && i % 3 === 0) others.push(['drammen-kommune:tl-1', 'drammen-kommune:mottak']);
	if (i < 22 && i % 5 === 0) others.push(['drammen-dps:tl-2', 'drammen-dps:poliklinikk']);
	for (const [as, unit] of others)
		await client.create(`patient-${i}-${unit}`, as, '/patients', { ...patient, unit_id: units[unit] });
}

async function loadKin(client, patient, id, i) {
	const as = clinicOf(i).as;
	const path = `/patients/${id}/relations`;
	if (i === 0)
		await client.create('kin-0-re', as, path, { kind: 'RELATIVE', name: 'Blid Furu', phone: '+4700555001',
			national_id: '10915596784', is_legal_representative: true });
	if (i % 2 === 0)
		await client.create(`kin-${i}`, as, path, { kind: 'NEXT_OF_KIN', name: `Snill ${patient.family_name}`,
			phone: `+4700556${String(i).padStart(3, '0')}` });
	if (patient.has_minor_children === 'YES')
		await client.create(`child-${i}`, as, path, { kind: 'MINOR_CHILD', name: `Liten ${patient.family_name}`,
			birth_year: 2014 + (i % 8), followed_up_by: 'Helsesykepleier ved skolen' });
}

// Who else serves some of the FACT team's patients: the team opens their relations of care. The GP sees them at
// once, NAV and housing those who have consented (agreements.mjs).
const services = [
	{ unit: 'fastlege-demo:kontor', basis: 'GP_REGISTRATION', patients: [0, 1, 2, 4, 6, 8] },
	{ unit: 'nav-drammen:kontor', basis: 'SERVICE', patients: [0, 4, 6, 8] },
	{ unit: 'drammen-kommune:bolig', basis: 'SERVICE', patients: [2, 8, 10] },
];

async function loadServices(client, units, people) {
	for (const { unit, basis, patients } of services)
		for (const n of patients)
			await client.create(`service-${n}-${unit}`, 'drammen-dps:tl-1', `/patients/${people[n].id}/care-relations`,
				{ unit_id: units[unit], basis });
}

// The patients' [{ …, id }] in order.
export async function loadPersons(client, units) {
	const people = makePatients(60, (i) => clinicOf(i).municipality, { national_id: '01819012365', birth_date: '1990-01-01' });
	for (const [i, patient] of people.entries()) {
		const { as, unit } = clinicOf(i);
		const { id } = await client.create(`patient-${i}`, as, '/patients', { ...patient, unit_id: units[unit] });
		patient.id = id;
		const { id: _, ...entered } = patient;
		await share(client, units, entered, i);
		await loadKin(client, patient, id, i);
	}
	await loadServices(client, units, people);
	return people;
}

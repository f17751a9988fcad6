// Patients of other services than the team, entered by the leaders of those; one in three of the clinic's is known to
// the municipality too.
import { makePatients } from './people.mjs';

// Who enters how many, for which unit.
const services = [
	{ count: 12, as: 'drammen-dps:tl-2', unit: 'drammen-dps:poliklinikk', municipality: '3301' },
	{ count: 12, as: 'drammen-kommune:tl-1', unit: 'drammen-kommune:mottak', municipality: '3301' },
	{ count: 8, as: 'lier-kommune:tl-1', unit: 'lier-kommune:mottak', municipality: '3312' },
	{ count: 6, as: 'ovre-eiker-kommune:tl-1', unit: 'ovre-eiker-kommune:mottak', municipality: '3314' },
].flatMap(({ count, ...service }) => Array(count).fill(service));

// The patients' [{ …, id }] in order; `before` made-up people are the team's.
export async function loadPersons(client, units, before) {
	const people = makePatients(before + services.length, (i) => services[Math.max(0, i - before)].municipality, {}).slice(before);
	for (const [i, patient] of people.entries()) {
		const { as, unit } = services[i];
		const enter = (who, where) => client.create(`patient-${before + i}-${where}`, who, '/patients', { ...patient, unit_id: units[where] });
		const { id } = await enter(as, unit);
		if (unit === 'drammen-dps:poliklinikk' && i % 3 === 0) await enter('drammen-kommune:tl-1', 'drammen-kommune:mottak');
		people[i] = { ...patient, id };
	}
	return people;
}

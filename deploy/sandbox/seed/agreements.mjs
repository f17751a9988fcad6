// What patients have decided: consents in several states and an objection; and one emergency access.

async function consent(client, patients, n, { as, body, answer }) {
	const path = `/patients/${patients[n].id}/consents`;
	const { id } = await client.create(`consent-${n}-${body.type}`, as, path, body);
	if (answer) await client.act(`consent-${n}-${body.type}-${answer.action}`, answer.as ?? as, `/consents/${id}`, {
		...answer, as: undefined });
}

async function loadConsents(client, patients, agency) {
	const leader = 'drammen-dps:tl-1';
	const share = (to, categories, purpose) => ({ type: 'SHARE', from_agencies: [agency['drammen-dps']], to_agencies: [agency[to]],
		data_categories: categories, purpose, explained: 'Hva som deles, med hvem, og at samtykket kan trekkes når som helst' });
	const recorded = { action: 'grant', form: 'WRITTEN', competence: 'COMPETENT', given_by: 'SELF', document_ref: 'Samtykke 2026-1' };
	await consent(client, patients, 0, { as: leader, body: share('nav-drammen', ['IDENTITY', 'WORK'], 'Arbeid og aktivitet'),
		answer: { as: 'citizen:pt-1', action: 'grant', form: 'DIGITAL', competence: 'COMPETENT', given_by: 'SELF' } });
	await consent(client, patients, 2, { as: leader, body: share('drammen-kommune', ['IDENTITY', 'HOUSING'], 'Bolig'), answer: recorded });
	await consent(client, patients, 4, { as: leader, body: share('nav-drammen', ['IDENTITY', 'ECONOMY'], 'Økonomi') });
	await consent(client, patients, 6, { as: leader, body: share('nav-drammen', ['IDENTITY'], 'Koordinering'), answer: recorded });
	await consent(client, patients, 8, { as: leader, body: share('nav-drammen', ['IDENTITY', 'ECONOMY', 'WORK'], 'Økonomi og arbeid'), answer: recorded });
	await consent(client, patients, 10, { as: leader, body: share('drammen-kommune', ['IDENTITY', 'HOUSING'], 'Bolig'), answer: recorded });
	const { id } = client.done.get('consent-6-SHARE');
	await client.act('consent-6-withdraw', leader, `/consents/${id}`, { action: 'withdraw', reason: 'Ønsker ikke lenger å dele' });
}

export async function loadAgreements(client, { unit, agency }, patients, others) {
	await loadConsents(client, patients, agency);
	await client.create('objection-0', 'citizen:pt-1', `/patients/${patients[0].id}/objections`,
		{ scope: 'WHOLE_RECORD', against: 'UNIT', against_id: unit['drammen-kommune:mottak'], reason: 'Kjenner en som arbeider der' });
	await client.create('emergency', 'drammen-dps:dps-2', '/emergency-accesses',
		{ national_id: others[20].national_id, reason: 'Pasienten er innbrakt av ambulanse og kan ikke gjøre rede for seg' });
}

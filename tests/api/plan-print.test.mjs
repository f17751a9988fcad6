// A plan on paper: Bokmål, escaped, loads nothing, tells no more than the plan itself.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { act, active, begin, contents, people, period, person, soon, wholeDraft, write } from './plan-steps.mjs';

const w = await world();
const { co, tm, dps, mh } = people;
const print = (who, path, part) => w.api(who, 'GET', `${path}/print${part ? `?part=${part}` : ''}`);

test('the plan, with all its parts', async () => {
	const plan = await active(w, await person(w, { given_name: 'Rolig', family_name: 'Furu', birth_date: '1990-05-17' }));
	const r = (await print(co, plan.path)).is(200);
	assert.equal(r.type, 'text/html');
	for (const text of ['<html lang="nb">', '<h1>Individuell plan</h1>', 'Rolig Furu, født 17.05.1990', 'Siri Lønning', 'Jeg vil bo for meg selv', 'God til å lage mat', '<li>Fast bolig</li>',
		'Hjelp i hjemmet', '2 × 60 min i uken', 'Drammen kommune', 'Foreslått', 'Jonas Lindås', soon.split('-').reverse().join('.'), 'Planeier'])
		assert.ok(r.text.includes(text), `${text} should be on the page`);
	for (const text of ['<h2>Samtykke</h2>', 'Jeg har sagt ja til planen', 'Jeg kan når som helst trekke', '<h2>Samarbeid med andre</h2><p>Ikke nødvendig nå</p>']) assert.ok(r.text.includes(text), `${text}: one of the nine parts`);
	assert.ok(!r.text.includes('class="draft"'));
	assert.ok(!/\d{11}/.test(r.text), 'no personal number');
});

test('loads nothing: a strict policy that knows the one style sheet by its hash', async () => {
	const plan = await wholeDraft(w, await person(w));
	const r = (await print(co, plan.path)).is(200);
	const style = r.text.match(/<style>(.*?)<\/style>/s)[1];
	const hash = createHash('sha256').update(style).digest('base64');
	assert.equal(r.headers['content-security-policy'], `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
	assert.deepEqual([r.headers['referrer-policy'], r.headers['x-content-type-options'], r.headers['cache-control']], ['no-referrer', 'nosniff', 'no-store']);
	assert.ok(!/<script|<img|<link|src=|href=|url\(/i.test(r.text));
	assert.ok(style.includes('@page') && style.includes('@media print'));
	assert.ok(r.text.includes('<p class="draft">Utkast</p>'));
	(await w.api(co, 'GET', `${plan.path}/print`, undefined, { 'if-none-match': r.etag })).is(304);
	(await w.api(co, 'GET', `${plan.path}/print`, undefined, { accept: 'application/json' })).is(406);
	(await print(co, plan.path, 'DIARY')).is(422);
});

test('escapes whatever people write', async () => {
	const plan = await wholeDraft(w, await person(w, { family_name: '<b>Furu' }));
	const evil = '<script>alert("1")</script> & \'x\'';
	await write(w, co, plan.path, { individual: { resources: evil, needs: [evil], contributions: [{ by: 'PATIENT', what: evil }] } });
	(await w.change(co, 'PATCH', `${plan.path}/goals/${plan.goal.id}`, { words: evil })).is(200);
	const { text } = (await print(co, plan.path)).is(200);
	assert.ok(!text.includes('<script') && !text.includes('<b>'));
	assert.equal(text.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;').length, 5);
});

test('what people write need not be a day, although it looks like one', async () => {
	const plan = await wholeDraft(w, await person(w));
	await write(w, co, plan.path, { individual: { resources: '2026-99-99', needs: ['2026-02-30', '2026-05-17'] } });
	const { text } = (await print(co, plan.path)).is(200);
	for (const said of ['99.99.2026', '30.02.2026', '17.05.2026']) assert.ok(text.includes(said), said);
});

test('what goes with it: consent form, contact list, checklist', async () => {
	const plan = await wholeDraft(w, await person(w));
	await w.sql(`update unit set phone = '+4732001122' where id = $1`, [w.ids.unit['drammen-dps:fact']]);
	const form = (await print(co, plan.path, 'CONSENT_FORM')).is(200).text;
	for (const text of ['<h1>Samtykke til individuell plan</h1>', '☐ Drammen DPS', 'trekke samtykket tilbake', 'Verge eller vitne']) assert.ok(form.includes(text), text);
	const list = (await print(co, plan.path, 'CONTACT_LIST')).is(200).text;
	for (const text of ['<h1>Kontaktliste', 'Siri Lønning', '+4732001122', 'Koordinerende enhet', '113']) assert.ok(list.includes(text), text);
	const check = (await print(co, plan.path, 'CHECKLIST')).is(200).text;
	assert.ok(check.includes('<ul class="boxes"><li>☑ '), 'a box to tick needs no dot before it');
	for (const text of ['<h1>Sjekkliste', '☑ Mål, ressurser og behov for tjenester', '☐ Hvert tiltak er akseptert']) assert.ok(check.includes(text), text);
	await w.sql("update consent set state = 'WITHDRAWN' where id = $1", [plan.consent]);
	assert.ok((await print(co, plan.path, 'CHECKLIST')).text.includes('☐ Samtykke til planen og til deling'));
});

test('while it is looked at again, what was agreed', async () => {
	const plan = await active(w, await person(w));
	await act(w, co, plan.path, { action: 'open_review' });
	await write(w, co, plan.path, { individual: { resources: 'Har fått hund' } });
	const { text } = (await print(co, plan.path)).is(200);
	assert.ok(text.includes('God til å lage mat') && !text.includes('Har fått hund'));
	assert.ok(text.includes('Foreslått'));
	await act(w, mh, `/measures/${plan.measure.id}`, { action: 'accept', responsible_staff_id: w.ids.staff[mh], start_on: soon });
	const { text: later } = (await print(co, plan.path)).is(200);
	assert.ok(later.includes('Akseptert') && later.includes('Kristin Nordli'), 'who does what, as it is now');
});

test('the other kinds, and no more than the caller may see', async () => {
	const patient = await person(w, { units: ['drammen-kommune:mottak', 'drammen-dps:poliklinikk'] });
	const headings = { CRISIS: ['Kriseplan', 'Varselsignaler', 'Tidlig', 'Ønsket hjelp'], WORK_ACTIVITY: ['Plan for arbeid og aktivitet', 'Mitt ønske', 'Jobbe med dyr'],
		TREATMENT: ['Behandlingsplan', 'Hva behandlingen består i', 'Ukentlige samtaler'] };
	const made = {};
	for (const [kind, texts] of Object.entries(headings)) {
		made[kind] = await begin(w, tm, { kind, patient_id: patient, ...period, ...contents[kind] });
		const { text } = (await print(tm, made[kind].path)).is(200);
		for (const t of texts) assert.ok(text.includes(t), `${kind}: ${t}`);
	}
	const limited = (await print('drammen-dps:tm-3', made.CRISIS.path)).is(200).text;
	assert.ok(limited.includes('Rolig samtale') && !limited.includes('Ønsket hjelp'));
	assert.ok(!(await print(mh, made.TREATMENT.path)).is(200).text.includes('Ukentlige samtaler'));
	(await print(dps, made.WORK_ACTIVITY.path)).is(403, 'forbidden');
	(await print('lier-kommune:mh-1', made.CRISIS.path)).is(404);
	(await print('politi-demo:po-1', made.CRISIS.path)).is(403, 'forbidden');
});

test('what the person has not agreed to says so', async () => {
	const plan = await wholeDraft(w, await person(w));
	const { text } = (await print(co, plan.path)).is(200);
	assert.ok(text.includes('<h2>Samtykke</h2><p>Ikke gitt</p>'), 'a draft');
	const crisis = await begin(w, dps, { kind: 'CRISIS', patient_id: await person(w, { units: ['drammen-dps:poliklinikk'] }), ...contents.CRISIS, next_review_on: soon });
	await act(w, dps, crisis.path, { action: 'submit' });
	await act(w, dps, crisis.path, { action: 'approve_without_patient', reason: 'Bevisstløs ved innleggelsen' });
	const { text: alone } = (await print(dps, crisis.path)).is(200);
	assert.ok(alone.includes('Laget uten meg: Bevisstløs ved innleggelsen'), alone.slice(0, 3000));
});

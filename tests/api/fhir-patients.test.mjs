// Patient over FHIR: read and search, by whom, and what of it is withheld; every answer is a valid resource.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { fhir, issueOf, linkOf, localPath, problemOf, resources } from './lib/fhir.mjs';

const w = await world();
const ask = fhir(w);
const tl = 'drammen-dps:tl-1';
const unit = w.ids.unit['drammen-dps:fact'];
const number = syntheticNumber();

const register = async (more) => (await w.api(tl, 'POST', '/patients', { given_name: 'Kari', family_name: 'Prøve', birth_date: '1985-03-15', sex: 'FEMALE', phone: '+4790000000', language: 'nb',
	interpreter_needed: true, address: { line: 'Haugesgate 1', postal_code: '3019', city: 'Drammen' }, municipality_number: '3301', ...more })).is(201).body.id;
const person = await register({ national_id: number, given_name: 'Synne', family_name: 'Eksempel' });
const tags = (r) => (r.body.meta.tag ?? []).map((t) => t.code);

describe('reading', () => {
	test('gives what the native answer gives, in FHIR', async () => {
		const native = (await w.api(tl, 'GET', `/patients/${person}`)).is(200);
		const r = (await ask(tl, 'GET', `/Patient/${person}`)).is(200);
		assert.equal(r.headers['content-type'], 'application/fhir+json; charset=utf-8');
		assert.deepEqual([r.body.id, r.body.meta.versionId, r.etag], [person, String(native.body.version), `W/"${native.body.version}"`]);
		assert.equal(new Date(r.body.meta.lastUpdated).toISOString(), new Date(native.body.updated_at).toISOString());
		assert.equal(new Date(r.headers['last-modified']).getTime(), Math.floor(new Date(native.body.updated_at).getTime() / 1000) * 1000);
		assert.deepEqual(r.body.identifier, [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: number }]);
		assert.deepEqual([r.body.name, r.body.gender, r.body.birthDate], [[{ use: 'official', family: 'Eksempel', given: ['Synne'] }], 'female', '1985-03-15']);
		assert.deepEqual([r.body.address[0].city, r.body.address[0].district, r.body.address[0]._district.extension[0].valueCoding.code], ['Drammen', 'Drammen', '3301']);
		assert.deepEqual([r.body.telecom, tags(r)], [[{ system: 'phone', value: '+4790000000' }], []]);
	});
	test('a person of whom nothing is known but that they are', async () => {
		const nobody = await register({ national_id: syntheticNumber(), given_name: undefined, family_name: undefined, birth_date: undefined, sex: undefined, phone: undefined, language: undefined, interpreter_needed: undefined, address: undefined, municipality_number: undefined });
		assert.deepEqual(Object.keys((await ask(tl, 'GET', `/Patient/${nobody}`)).is(200).body).sort(), ['active', 'id', 'identifier', 'managingOrganization', 'meta', 'resourceType']);
	});
	test('whoever has no relation sees what they would see of nobody', async () => {
		for (const who of ['lier-kommune:mh-1', 'fastlege-demo:gp-1', 'citizen:pt-1']) {
			const [hidden, random] = [await ask(who, 'GET', `/Patient/${person}`), await ask(who, 'GET', `/Patient/${anyId()}`)];
			assert.deepEqual([hidden.is(404).body.issue[0].details, issueOf(hidden)], [random.is(404).body.issue[0].details, 'not-found']);
		}
		const police = (await ask('politi-demo:po-1', 'GET', `/Patient/${person}`)).is(403);
		assert.deepEqual([issueOf(police), problemOf(police)], ['forbidden', 'forbidden']);
	});
	test('limited fields, masked numbers and protected addresses are withheld, and it says so', async () => {
		const few = (await ask('drammen-dps:tm-3', 'GET', `/Patient/${person}`)).is(200);
		assert.deepEqual([few.body.birthDate, few.body.gender, few.body.address, few.body.managingOrganization, tags(few)], [undefined, undefined, undefined, undefined, ['SUBSETTED']]);
		assert.deepEqual(few.body.identifier, [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', _value: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] } }]);
		const hidden = await register({ address_protection: 'STRICTLY_CONFIDENTIAL' });
		const r = (await ask(tl, 'GET', `/Patient/${hidden}`)).is(200);
		assert.deepEqual([r.body.address, r.body.managingOrganization, tags(r), r.body.meta.security[0].code], [undefined, undefined, ['SUBSETTED'], 'R']);
	});
	test('who has blocked the caller: 403; each look is in the access log', async () => {
		const blocked = await register();
		(await w.api(tl, 'POST', `/patients/${blocked}/objections`, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-1'] })).is(201);
		const r = (await ask('drammen-dps:tm-1', 'GET', `/Patient/${blocked}`)).is(403);
		assert.deepEqual([issueOf(r), problemOf(r)], ['suppressed', 'blocked']);
		const rows = await w.sql('select action, operation, reason from access_log where patient_id = $1 and staff_id = $2', [blocked, w.ids.staff['drammen-dps:tm-1']]);
		assert.deepEqual(rows, [{ action: 'DENIED', operation: 'fhirReadPatient', reason: 'blocked' }]);
	});
	test('one number of the person closed to the caller is not shown', async () => {
		const one = await register({ national_id: syntheticNumber() });
		const [{ id }] = await w.sql('select id from patient_identifier where patient_id = $1', [one]);
		assert.equal((await ask('drammen-dps:tm-1', 'GET', `/Patient/${one}`)).is(200).body.identifier.length, 1);
		(await w.api(tl, 'POST', `/patients/${one}/objections`, { scope: 'ITEMS', item_ids: [id], against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-1'] })).is(201);
		assert.equal((await ask('drammen-dps:tm-1', 'GET', `/Patient/${one}`)).is(200).body.identifier, undefined);
	});
});

describe('searching', () => {
	test('by number, in a form alone; the number stands nowhere in the answer but in the person', async () => {
		for (const value of [`urn:oid:2.16.578.1.12.4.1.4.1|${number}`, number]) {
			const get = (await ask(tl, 'GET', `/Patient?identifier=${encodeURIComponent(value)}`)).is(400);
			assert.equal(issueOf(get), 'not-supported');
			assert.ok(!get.text.includes(number));
			const found = (await ask(tl, 'POST', '/Patient/_search', `identifier=${encodeURIComponent(value)}`)).is(200).body;
			assert.deepEqual([resources(found).map((p) => p.id), found.entry[0].search, found.type], [[person], { mode: 'match' }, 'searchset']);
			assert.match(found.entry[0].fullUrl, new RegExp(`^http://.*/fhir/r4/Patient/${person}$`));
			assert.ok(!linkOf(found, 'self').includes(number));
		}
		assert.ok(!w.daemon.output?.includes?.(number));
	});
	test('who has no relation finds nobody by a number that is known', async () => {
		const [known, unknown] = [await ask('lier-kommune:mh-1', 'POST', '/Patient/_search', `identifier=${number}`), await ask('lier-kommune:mh-1', 'POST', '/Patient/_search', `identifier=${syntheticNumber()}`)];
		assert.deepEqual([known.is(200).body.entry, unknown.is(200).body.entry], [undefined, undefined]);
		(await ask('politi-demo:po-1', 'POST', '/Patient/_search', `identifier=${number}`)).is(403);
	});
	test('the log names the ground of one; that of the last of several is nobody else\'s', async () => {
		const other = await register({ national_id: syntheticNumber(), given_name: 'Åse' });
		const ground = async (query, who = tl) => {
			const r = (await ask(who, 'GET', `/Patient?_id=${query}`)).is(200);
			const rows = await w.sql('select patient_id, shown_set is not null as several, basis, relation_id is not null as related, emergency_id is not null as broken from access_log where request_id = $1', [r.headers['x-request-id']]);
			return rows.map(Object.values);
		};
		assert.deepEqual(await ground(other), [[other, false, 'CARE_RELATION', true, false]]);
		assert.deepEqual(await ground(`${person},${other}`), [[null, true, null, false, false]]);
		assert.deepEqual(await ground(`${person},${other}&name=syn`), [[person, false, null, false, false]], 'the last one was not shown');
		const doctor = 'drammen-dps:dps-1';
		(await w.api(doctor, 'POST', '/emergency-accesses', { patient_id: person, reason: 'Fare for liv, må se opplysningene nå' })).is(201);
		assert.deepEqual(await ground(person, doctor), [[person, false, 'EMERGENCY', false, true]]);
		assert.deepEqual(await ground(`${other},${person}`, doctor), [[null, false, null, false, false]], 'breaking the glass is for one person');
	});
	test('by id, by unit, by name with date of birth; GET and POST alike', async () => {
		const other = await register({ given_name: 'Åse', family_name: 'Østby', birth_date: '1990-12-31' });
		for (const [query, wanted] of [[`_id=${person}`, [person]], [`_id=${person},${other}`, [person, other]], [`_id=${person}&_id=${other}`, []], [`_id=${anyId()}`, []], ['_id=none', []],
			['family=eks&birthdate=1985-03-15', [person]], ['name=syn&birthdate=1985', [person]], ['given=ase&birthdate=ge1990-12-31', [other]], ['given:exact=Åse&birthdate=1990-12', [other]],
			['name:contains=stb&birthdate=lt1991', [other]], ['family=eks&birthdate=1985-03-16', []], ['family=eks&birthdate=ne1985', []], [`_id=${person}&organization=Organization/${unit}`, [person]],
			[`_id=${person}&organization=${anyId()}`, []], [`_id=${person}&_lastUpdated=ge2100-01-01`, []], [`_id=${person}&_lastUpdated=ge2020-01-01T00:00:00+01:00`, [person]]]) {
			const get = (await ask(tl, 'GET', `/Patient?${encodeURI(query)}`)).is(200).body;
			assert.deepEqual(resources(get).map((p) => p.id).sort(), [...wanted].sort(), query);
			const post = (await ask(tl, 'POST', '/Patient/_search', encodeURI(query))).is(200).body;
			assert.deepEqual([post.entry, linkOf(post, 'self')], [get.entry, linkOf(get, 'self')], query);
		}
		const unitOnly = (await ask(tl, 'GET', `/Patient?organization=Organization/${unit}&_count=200`)).is(200).body;
		const native = (await w.api(tl, 'GET', `/patients?unit_id=${unit}&limit=200`)).body.items;
		assert.deepEqual(resources(unitOnly).map((p) => p.id), native.map((p) => p.id));
	});
	test('what would be trawling is refused', async () => {
		for (const query of ['', '?family=eks', '?birthdate=1985-03-15', '?_lastUpdated=ge2020', '?_count=5'])
			assert.equal(issueOf((await ask(tl, 'GET', `/Patient${query}`)).is(400)), 'too-costly', query);
	});
	test('pages to the end, each person once, while others are registered', async () => {
		const seen = [];
		let path = `/Patient?organization=${unit}&_count=2`;
		while (path) {
			const page = (await ask(tl, 'GET', path)).is(200).body;
			assert.ok(resources(page).length <= 2);
			seen.push(...resources(page).map((p) => p.id));
			path = linkOf(page, 'next') && localPath(linkOf(page, 'next'));
		}
		assert.equal(new Set(seen).size, seen.length);
		const all = (await ask(tl, 'GET', `/Patient?organization=${unit}&_count=100000&_total=accurate`)).is(200).body;
		assert.deepEqual([all.total, resources(all).map((p) => p.id)], [seen.length, seen]);
	});
	test('the total alone, and nobody is shown', async () => {
		const all = resources((await ask(tl, 'GET', `/Patient?organization=${unit}&_count=200`)).is(200).body).length;
		for (const query of ['_count=0', '_summary=count', '_count=1&_summary=count&_total=none']) {
			const r = (await ask(tl, 'GET', `/Patient?organization=${unit}&${query}`)).is(200);
			assert.deepEqual([r.body.total, r.body.entry, r.body.link.length], [all, undefined, 1], query);
		}
		const [row] = await w.sql("select count(*) filter (where patient_id is not null)::int as shown from (select * from access_log where operation = 'fhirSearchPatient' order by at desc, id desc limit 1) x");
		assert.equal(row.shown, 0);
	});
	test('one log row for each person shown', async () => {
		const r = (await ask(tl, 'GET', `/Patient?_id=${person}`)).is(200);
		const rows = await w.sql('select patient_id, operation from access_log where request_id = $1', [r.headers['x-request-id']]);
		assert.deepEqual(rows, [{ patient_id: person, operation: 'fhirSearchPatient' }]);
	});
});

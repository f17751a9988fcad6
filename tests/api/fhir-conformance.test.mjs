// Questionnaire, CodeSystem, ValueSet, StructureDefinition, SearchParameter, NamingSystem: what an answer goes by, without anybody in it and without texts that others own.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, document, operation, world } from './harness.mjs';
import { fhir, linkOf, localPath, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';
import { dayOf } from './lib/days.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, co, mh, dps, citizen, police] = ['drammen-dps:tl-1', 'drammen-kommune:co-1', 'drammen-kommune:mh-1', 'drammen-dps:dps-1', 'citizen:pt-1', 'politi-demo:po-1'];
const canonical = 'https://samhandling.example/fhir/';

async function all(who, path) {
	const found = [];
	for (let next = path; next;) {
		const { body } = (await ask(who, 'GET', next)).is(200);
		found.push(...resources(body));
		next = linkOf(body, 'next') && localPath(linkOf(body, 'next'));
	}
	return found;
}

describe('Questionnaire', () => {
	test('is each version of each instrument, with items that have codes and no texts', async () => {
		const native = (await w.api(tl, 'GET', '/instruments')).is(200).body.items;
		const found = await all(police, '/Questionnaire?_count=4');
		assert.deepEqual(found.map((q) => `${q.url}|${q.version}`).sort(), native.map((i) => `${canonical}Questionnaire/${i.code}|${i.version}`).sort());
		for (const q of found) {
			const i = native.find((x) => x.code === q.name && x.version === q.version);
			assert.deepEqual([q.status, q.copyright, q.item.map((t) => t.linkId)], [i.current ? 'active' : 'retired', i.licence.note, i.items.map((t) => `${i.code}-${t.code}`)]);
			assert.ok(q.item.every((t) => t.text === undefined));
			q.item.forEach((t, n) => {
				const allowed = i.items[n].allowed;
				if (t.type === 'integer') assert.deepEqual(t.extension.map((e) => e.valueInteger), [allowed[0], allowed.at(-1)]);
				else assert.deepEqual(t.answerOption.map((o) => o.valueInteger), [...allowed, ...(i.missing_code === undefined ? [] : [i.missing_code])]);
			});
		}
	});
	test('is found by its canonical, its version, name and code, and is what a response names', async () => {
		const response = (await ask(tl, 'GET', `/QuestionnaireResponse/${s.at['/assessments/{id}']}`)).is(200).body;
		const [url, version] = response.questionnaire.split('|');
		const [q, ...more] = await all(tl, `/Questionnaire?url=${url}&version=${version}`);
		assert.deepEqual([more, response.item.every((i) => q.item.some((t) => t.linkId === i.linkId))], [[], true]);
		assert.deepEqual((await all(citizen, '/Questionnaire?url=https://samhandling.example/fhir/Questionnaire/PSF')).map((x) => x.version).sort(), ['28', '32']);
		assert.deepEqual((await all(tl, '/Questionnaire?name=psf&status=active')).map((x) => x.version), ['28']);
		assert.deepEqual((await all(tl, '/Questionnaire?code=GAF_S&title=global')).map((x) => x.name), ['GAF_S']);
		assert.deepEqual(await all(tl, '/Questionnaire?url=https://samhandling.example/fhir/Questionnaire/P'), []);
		const again = await ask(tl, 'GET', `/Questionnaire/${q.id}`, undefined, { 'if-none-match': (await ask(tl, 'GET', `/Questionnaire/${q.id}`)).is(200).etag });
		again.is(304);
		(await ask(tl, 'GET', `/Questionnaire/${anyId()}`)).is(404);
	});
});

// What a caller may be shown, of all types.
async function everythingShown() {
	const asked = [[tl, `/Patient/${s.patient}/$everything?_count=200`], [co, `/Patient/${s.planned}/$everything?_count=200`], [mh, `/Communication/${s.at['/concern-reports/{id}']}`],
		[dps, `/Encounter/${s.at['/admissions/{id}']}`], [mh, `/Task/${s.at['/tasks/{id}']}`], [tl, `/Encounter?patient=${s.patient}`], [tl, '/PractitionerRole'], [tl, '/Organization'], [tl, `/QuestionnaireResponse?patient=${s.patient}`],
		['drammen-dps:pv-1', '/AuditEvent?_count=200'], ['drammen-kommune:pv-1', '/AuditEvent?_count=200'], [tl, `/Consent?patient=${s.patient}`], [mh, '/Task?owner=Organization/' + s.ids.agency['drammen-kommune']]];
	return Promise.all(asked.map(async ([who, path]) => (await ask(who, 'GET', path)).is(200).body));
}

function everyObject(value) {
	const found = [];
	JSON.stringify(value, (key, one) => (one !== null && typeof one === 'object' && !Array.isArray(one) && found.push(one), one));
	return found;
}

describe('StructureDefinition and NamingSystem', () => {
	test('are of every extension and identifier of the service’s own that a resource has', async () => {
		const objects = everyObject(await everythingShown());
		const extensions = objects.filter((o) => o.url?.startsWith(`${canonical}StructureDefinition/`));
		const definitions = new Map((await all(tl, '/StructureDefinition?_count=200')).map((d) => [d.url, d]));
		assert.ok(extensions.length > 5);
		for (const e of extensions) {
			const { code } = definitions.get(e.url)?.differential.element.at(-1).type[0] ?? {};
			assert.ok(code && e[`value${code[0].toUpperCase()}${code.slice(1)}`] !== undefined, JSON.stringify(e));
		}
		const names = new Set((await all(tl, '/NamingSystem?_count=200')).flatMap((n) => n.uniqueId.map((u) => u.value)));
		assert.deepEqual(objects.filter((o) => o.system?.startsWith(`${canonical}NamingSystem/`) && !names.has(o.system)), []);
		assert.deepEqual((await all(police, `/StructureDefinition?url=${canonical}StructureDefinition/occasion&ext-context=QuestionnaireResponse`)).map((d) => d.name), ['Occasion']);
		assert.deepEqual((await all(police, `/NamingSystem?value=${canonical}NamingSystem/plan-version`)).map((n) => n.name), ['PlanVersion']);
	});
	test('of what a write takes too', async () => {
		const taken = new Set(JSON.stringify(document.paths).match(/extension\(([a-z-]+)\)/g).map((m) => m.slice(10, -1)).filter((name) => !name.startsWith('backport-'))); // those are HL7's
		for (const name of taken) assert.equal((await all(tl, `/StructureDefinition?url=${canonical}StructureDefinition/${name}`)).length, 1, name);
	});
	test('are bound to value sets that are there', async () => {
		const sets = new Set((await all(tl, '/ValueSet?_count=200')).map((v) => v.url));
		for (const d of await all(tl, '/StructureDefinition?_count=200'))
			for (const e of d.differential.element) assert.ok(e.binding === undefined || sets.has(e.binding.valueSet), d.url);
	});
});

describe('SearchParameter', () => {
	test('is of every parameter that a search takes, as the CapabilityStatement tells of it', async () => {
		const { body } = (await ask(null, 'GET', '/metadata')).is(200);
		const told = body.rest[0].resource.flatMap((r) => (r.searchParam ?? []).map((p) => ({ base: r.type, ...p })));
		const found = new Map((await all(police, '/SearchParameter?_count=200')).map((p) => [`${p.base[0]} ${p.code}`, p]));
		assert.deepEqual(told.map((p) => `${p.base} ${p.name}`).sort(), [...found.keys()].sort());
		for (const p of told) {
			const own = found.get(`${p.base} ${p.name}`);
			assert.deepEqual([own.type, own.description, own.url, own.derivedFrom ?? own.url], [p.type, p.documentation, `${canonical}SearchParameter/${p.base}-${p.name}`, p.definition]);
			assert.ok(/^[A-Z][A-Za-z]+$/.test(own.name) && own.expression.split(' | ').every((part) => part.startsWith(`${p.base}.`) || part.startsWith('Resource.')), JSON.stringify(own));
		}
		assert.deepEqual(told.filter((p) => p.definition.startsWith(canonical)).map((p) => `${p.base} ${p.name}`).sort(), ['Questionnaire code', 'QuestionnaireResponse questionnaire', 'StructureDefinition ext-context']);
	});
	test('is found by its canonical, type and name, and says where it looks and what it may refer to', async () => {
		const [owner, ...more] = await all(citizen, `/SearchParameter?url=${canonical}SearchParameter/Task-owner`);
		assert.deepEqual([more, owner.name, owner.type, owner.expression, owner.target, owner.derivedFrom], [[], 'TaskOwner', 'reference', 'Task.owner', ['Organization'], 'http://hl7.org/fhir/SearchParameter/Task-owner']);
		assert.deepEqual((await all(tl, '/SearchParameter?code=owner&base=Task&type=reference&name=task')).map((p) => p.id), [owner.id]);
		assert.deepEqual((await all(tl, '/SearchParameter?base=Goal&type=date')).map((p) => p.code).sort(), ['_lastUpdated', 'target-date']);
		(await ask(tl, 'GET', `/SearchParameter/${owner.id}`, undefined, { 'if-none-match': (await ask(tl, 'GET', `/SearchParameter/${owner.id}`)).is(200).etag })).is(304);
		(await ask(tl, 'GET', `/SearchParameter/${anyId()}`)).is(404);
	});
});

describe('CodeSystem and ValueSet', () => {
	test('are of every system of the service’s own that a resource names, with the code', async () => {
		const systems = new Map((await all(tl, '/CodeSystem?_count=200')).map((c) => [c.url, { whole: c.content === 'complete', codes: new Set(c.concept.map((x) => x.code)) }]));
		const codings = everyObject(await everythingShown()).filter((o) => o.system?.startsWith(`${canonical}CodeSystem/`));
		assert.ok(codings.length > 50);
		const unknown = new Set(codings.filter((c) => !systems.has(c.system) || (systems.get(c.system).whole && !systems.get(c.system).codes.has(c.code))).map((c) => `${c.system.slice(canonical.length)}#${c.code}`));
		assert.deepEqual([...unknown], []);
	});
	test('have the native codes that are in force, and a set of all of them', async () => {
		const native = (await w.api(tl, 'GET', '/code-systems/role')).is(200).body;
		const [role] = await all(police, `/CodeSystem?url=${canonical}CodeSystem/role`);
		assert.deepEqual(role.concept.map((c) => [c.code, c.display, c.designation[0].value]), native.concepts.map((c) => [c.code, c.display_en, c.display_nb]));
		assert.deepEqual([role.count, role.name, role.content, role.valueSet], [native.concepts.length, 'Role', 'complete', `${canonical}ValueSet/role`]);
		const [set] = await all(police, `/ValueSet?reference=${role.url}`);
		assert.deepEqual([set.url, set.compose.include], [role.valueSet, [{ system: role.url }]]);
		assert.deepEqual((await all(tl, '/CodeSystem?code=TEAM_INTAKE')).map((c) => c.url), [`${canonical}CodeSystem/service`]);
		assert.equal((await all(tl, '/ValueSet?_count=7')).length, (await all(tl, '/CodeSystem?_count=9')).length);
	});
	test('of operations, rows of the access matrix and problems are the contract’s', async () => {
		const [operations, resources_, problems] = await Promise.all(['operation', 'resource', 'problem'].map(async (name) => (await all(citizen, `/CodeSystem?url=${canonical}CodeSystem/${name}`))[0]));
		const named = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).filter(([, o]) => o.operationId).map(([method, o]) => [o.operationId, `${method.toUpperCase()} ${path}`]));
		assert.deepEqual(operations.concept.map((c) => [c.code, c.definition]).sort(), named.sort());
		assert.deepEqual(resources_.concept.map((c) => [c.code, c.display]).sort(), Object.entries(document['x-access-matrix'].resources).map(([name, { title }]) => [name, title]).sort());
		assert.deepEqual(problems.concept.map((c) => [c.code, c.display, c.designation[0].value, c.definition]).sort(), Object.entries(document['x-problems']).map(([name, p]) => [name, p.title.en, p.title.nb, p.description]).sort());
		assert.deepEqual([operations.count, operations.content], [named.length, 'fragment']);
		const { details } = (await ask(tl, 'GET', `/Patient/${anyId()}`)).is(404).body.issue[0];
		const [found] = await all(tl, `/CodeSystem?code=${details.coding[0].code}&url=${details.coding[0].system}`);
		assert.deepEqual([found.id, (await ask(tl, 'GET', `/CodeSystem/${found.id}`)).is(200).body.concept.length], [problems.id, problems.count]);
	});
	test('without a table of codes have the contract’s version and day, and change with it', async () => {
		const [made, native] = await Promise.all(['problem', 'role'].map(async (name) => (await all(tl, `/CodeSystem?url=${canonical}CodeSystem/${name}`))[0]));
		const [set] = await all(tl, `/ValueSet?reference=${made.url}`);
		const [major, minor, patch] = document.info.version.split('.').map(Number);
		const { date } = document.paths['/fhir/r4/metadata'].get['x-fhir'];
		for (const resource of [made, set, (await ask(tl, 'GET', `/ValueSet/${set.id}`)).is(200).body])
			assert.deepEqual([resource.version, resource.meta.versionId, dayOf(resource.meta.lastUpdated)], [document.info.version, String(major * 1e6 + minor * 1e3 + patch), date]);
		const { version } = (await w.sql("select version from code_system where code = 'role'"))[0];
		assert.deepEqual([native.version, native.meta.versionId], [String(version), String(version)]);
		const newer = await w.sql("select fhir_release(v) as r from unnest('{1.0.0,1.0.1,1.1.0,1.10.0,2.0.0}'::text[]) with ordinality t (v, n) order by n");
		assert.deepEqual(newer.map((x) => x.r), [1000000, 1000001, 1001000, 1010000, 2000000]);
	});
	test('are the same in every installation: an id is of its canonical', async () => {
		const [role] = await all(tl, `/CodeSystem?url=${canonical}CodeSystem/role`);
		assert.match(role.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
		assert.equal(role.id, (await w.sql('select fhir_canonical_id($1) as id', [role.url]))[0].id);
	});
});

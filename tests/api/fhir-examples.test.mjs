// The examples that integrators were given, and the judge itself: what is wrong is found.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { faultsOf } from './lib/fhir.mjs';

const folder = new URL('fhir/examples/', import.meta.url);
const files = readdirSync(folder).sort();
const example = (name) => JSON.parse(readFileSync(new URL(files.find((f) => f.includes(name)), folder)));

for (const file of files)
	test(`${file} is valid`, () => {
		assert.deepEqual(faultsOf(JSON.parse(readFileSync(new URL(file, folder)))), []);
	});

test('all of them are there', () => {
	assert.equal(files.length, 32);
});

for (const [what, name, change] of [['a missing element', 'careplan-ip', (r) => delete r.intent], ['an unknown element', 'goal', (r) => (r.colour = 'red')], ['a wrong date', 'patient', (r) => (r.birthDate = '2026-13-45')],
	['a code that the standard does not have', 'task-referral', (r) => (r.status = 'almost')], ['such a code deep inside', 'patient', (r) => (r.telecom[0].system = 'pigeon')], ['an invariant', 'consent-share', (r) => delete r.policyRule],
	['null', 'flag', (r) => (r.period = null)], ['something empty', 'flag', (r) => (r.period = {})], ['a wrong cardinality', 'organization', (r) => (r.name = ['a'])]])
	test(`the judge finds ${what}`, () => {
		const resource = example(name);
		change(resource);
		assert.notDeepEqual(faultsOf(resource), []);
	});

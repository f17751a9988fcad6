// Whoever calls whatever: every operation answers every role, and never with an error of the service's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operation, operations, world } from './harness.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const everyone = ['drammen-dps:tm-1', 'drammen-dps:tm-3', 'drammen-dps:tl-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ko-1',
	'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:pv-1', 'drammen-dps:qm-1', 'drammen-dps:sa-1', 'lier-kommune:mh-1'];

for (const who of everyone)
	test(`${who} is answered`, async () => {
		for (const o of operations.filter((x) => x.operation.security.length > 0 && !['moveSandboxClock', 'resetSandbox'].includes(x.id))) {
			const path = s.path(o) ?? s.nowhere(o);
			const headers = { ...(/PUT|PATCH|DELETE/.test(o.method) || path.endsWith('/transitions') ? { 'if-match': '"1"' } : {}) };
			const r = await w.api(who, o.method, path, s.body(o), headers);
			assert.ok(r.status < 500, r.story());
		}
	});

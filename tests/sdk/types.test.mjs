// The types hold what they promise: types.ts compiles, and each of its marked mistakes is one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { root } from './sdk.mjs';

test('types.ts compiles strictly against the compiled package', () => {
	try {
		execFileSync('node_modules/.bin/tsc', ['-p', 'tests/sdk'], { cwd: root, encoding: 'utf8' });
	} catch (e) {
		assert.fail(e.stdout);
	}
});

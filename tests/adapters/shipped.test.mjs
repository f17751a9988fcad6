// What is shipped beside each adapter: a configuration that the program takes as it stands, and a unit that starts it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, root } from '../api/lib/environment.mjs';

for (const kind of ['dps', 'municipality', 'nav', 'police']) {
	const name = `samhandling-${kind}`;
	const file = (ending) => join(root, 'clients', kind, `${name}.${ending}`);
	const run = (...args) => spawnSync(join(environment.build, name), args, { encoding: 'utf8' });

	test(`${name}: its configuration is one, a changed one is not`, () => {
		const shipped = run('--config', file('conf'), '--check');
		assert.equal(shipped.status, 75, shipped.stderr); // fine but for the token, which is not here
		assert.match(shipped.stderr, /cannot read '\/run\/samhandling-/);
		const none = run('--config', '/nonexistent.conf');
		assert.equal(none.status, 78);
	});

	test(`${name}: its unit`, () => {
		const unit = readFileSync(file('service'), 'utf8');
		assert.match(unit, new RegExp(`^ExecStart=/usr/local/bin/${name}$`, 'm'));
		const spool = /^directory = (.*)$/m.exec(readFileSync(file('conf'), 'utf8'))[1];
		assert.equal(spool, `/var/lib/${/^StateDirectory=(.*)$/m.exec(unit)[1]}/spool`);
		const [, writable] = /^ReadWritePaths=(.*)$/m.exec(unit);
		for (const [, path] of readFileSync(file('conf'), 'utf8').matchAll(/^(?:\w+_)?(?:folder|reports|receipts) = (.*)$/gm))
			assert.ok(path.startsWith(`${writable}/`), path);
	});
}

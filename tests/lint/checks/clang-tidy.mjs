// clang-tidy (.clang-tidy). What was judged once is not judged again until it, a header or the rules change.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { each, files, read, reportLines, root, run } from '../lib.mjs';

export const about = 'clang-tidy has nothing to say';
const stamps = `${root}build/lint/tidy/`;

async function flags() {
	const { out } = await run('pkg-config', ['--cflags', 'libpq', 'jansson', 'libjwt', 'openssl', 'libpcre2-8', 'libcurl']);
	return ['-std=gnu11', '-D_GNU_SOURCE', '-Iserver', '-Iclients', '-Ibuild/clients', '-Ibuild/civetweb/include', ...out.trim().split(/\s+/).filter(Boolean)];
}

export async function check(report) {
	const common = await flags();
	const shared = createHash('sha256').update(read('.clang-tidy')).update(common.join(' '));
	for (const header of files(/^(server|clients)\/.*\.(h|def)$/)) shared.update(read(header));
	mkdirSync(stamps, { recursive: true });
	await each(files(/^(server|clients)\/.*\.c$/), async (file) => {
		const stamp = stamps + shared.copy().update(file).update(read(file)).digest('hex');
		if (existsSync(stamp)) return;
		const { code, out } = await run('clang-tidy', ['--quiet', '--warnings-as-errors=*', file, '--', ...common]);
		if (code === 0) writeFileSync(stamp, '');
		else reportLines(report, out.split('\n').filter((l) => /: (error|warning):/.test(l)).join('\n') || out);
	});
}

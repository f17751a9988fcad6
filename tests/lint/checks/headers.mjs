// Each header compiles alone, has its guard and includes nothing twice.
import { each, files, read, run } from '../lib.mjs';

export const about = 'headers compile alone and are guarded';
const compiler = process.env.CC ?? 'gcc';

async function flags() {
	const { out } = await run('pkg-config', ['--cflags', 'libpq', 'jansson', 'libjwt', 'openssl', 'libpcre2-8', 'libcurl']);
	return ['-std=gnu11', '-D_GNU_SOURCE', '-Iserver', '-Iclients', '-Ibuild/civetweb/include', '-Wall', '-Wextra', '-Werror',
		'-fsyntax-only', '-x', 'c', ...out.trim().split(/\s+/).filter(Boolean)];
}

export async function check(report) {
	const common = await flags();
	await each(files(/^(server|clients|tests)\/.*\.h$/), async (file) => {
		const guard = file.replace(/^[^/]+\//, '').replace(/[^A-Za-z0-9]/g, '_').toUpperCase();
		if (file.startsWith('server/') && !read(file).includes(`#ifndef ${guard}\n#define ${guard}\n`)) report(file, 1, `no guard ${guard}`);
		const { code, out } = await run(compiler, [...common, file]);
		if (code !== 0) report(file, null, `does not compile alone: ${out.split('\n').find((l) => /error/.test(l)) ?? out}`);
	});
}

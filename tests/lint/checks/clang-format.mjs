// C is formatted by Debian's clang-format with the root's .clang-format.
import { files, run } from '../lib.mjs';

export const about = 'C is formatted by clang-format';

export async function check(report) {
	const list = files(/^(server|clients|tests)\/.*\.[ch]$/);
	const { code, out } = await run('clang-format', ['--dry-run', '-Werror', ...list]);
	if (code === 0) return;
	const lines = new Map();
	for (const m of out.matchAll(/^(\S+?):(\d+):\d+: error/gm)) if (!lines.has(m[1])) lines.set(m[1], m[2]);
	for (const [file, line] of lines) report(file, line, 'is not formatted: clang-format -i');
	if (lines.size === 0) report(null, null, out.trim());
}

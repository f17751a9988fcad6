// cppcheck over our C.
import { availableParallelism } from 'node:os';
import { mkdirSync } from 'node:fs';
import { files, reportLines, root, run } from '../lib.mjs';

export const about = 'cppcheck has nothing to say';
// -missingIncludeSystem: system headers are gcc's business; -unusedFunction does not fit libraries and tables
const suppressed = ['missingIncludeSystem', 'missingInclude', 'unmatchedSuppression', 'checkersReport', 'normalCheckLevelMaxBranches'];

export async function check(report) {
	const work = `${root}build/lint/cppcheck`;
	mkdirSync(work, { recursive: true });
	const { code, out } = await run('cppcheck', ['--quiet', '--std=c11', '--enable=warning,performance,portability', '--inline-suppr',
		'--error-exitcode=1', `-j${availableParallelism()}`, `--cppcheck-build-dir=${work}`, '--template={file}:{line}: {id}: {message}',
		'-Iserver', '-Iclients', '-D_GNU_SOURCE', ...suppressed.map((s) => `--suppress=${s}`), ...files(/^(server|clients)\/.*\.c$/)]);
	if (code !== 0) reportLines(report, out);
}

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
		'-Iserver', '-Iclients', '-D_GNU_SOURCE', 
		'-Djson_object_foreach(o,k,v)=for(k=json_string_value(o),v=json_object_get(o,k);v;v=0)', '-Djson_array_foreach(a,i,v)=for(i=0;(v=json_array_get(a,i));i++)', ...suppressed.map((s) => `--suppress=${s}`), ...files(/^(server|clients)\/.*\.c$/)]);
	if (code !== 0) reportLines(report, out);
}

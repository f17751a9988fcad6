// Shell scripts, by name or by their first line.
import { files, read, reportLines, run } from '../lib.mjs';

export const about = 'shellcheck has nothing to say';

export async function check(report) {
	const list = files(/^[^.]*$|\.sh$|^\.ci\/run$/).filter((f) => f.endsWith('.sh') || /^#!.*\b(ba|da)?sh\b/.test(read(f).slice(0, 80)));
	if (list.length === 0) return;
	const { code, out } = await run('shellcheck', ['--external-sources', '--source-path=SCRIPTDIR', '--format=gcc', ...list]);
	if (code !== 0) reportLines(report, out);
}

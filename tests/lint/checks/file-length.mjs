// No file that people write over 400 lines.
import { files, read } from '../lib.mjs';

export const about = 'files within 400 lines';
const most = 400;
const written = /^((server|clients|tests|sql|deploy|make|api-spec)\/.*\.(c|h|def|mjs|js|ts|sql|sh|mk|html|css)|Makefile|\.ci\/run)$/;

export async function check(report) {
	for (const file of files(written).filter((f) => !/\.generated\.ts$/.test(f))) {
		const lines = read(file).split('\n').length - 1;
		if (lines > most) report(file, null, `${lines} lines, more than ${most}`);
	}
}

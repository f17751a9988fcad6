// Whole days are counted in Oslo alone, also by the tests: a day of 24 hours or a date of UTC is another one near midnight and
// over the change of the clocks, which nobody meets by day.
import { files, lineOf, read } from '../lib.mjs';

export const about = 'tests count whole days by tests/api/lib/days.mjs';
const home = 'tests/api/lib/days.mjs';
const others = /\b86_?400_?000\b|\b864e5\b|\b24 \* 60 \* 60\b|interval '-?\d+ (?:days?|weeks?)\b|make_interval\((?:days|weeks) =>|\.slice\(0, 10\)|toLocaleDateString|\bset(?:UTC)?(?:Date|Hours)\(/g;

export async function check(report) {
	for (const file of files(/^tests\/(?!bench|data|lint).*\.mjs$/).filter((f) => f !== home))
		for (const m of read(file).matchAll(others)) report(file, lineOf(read(file), m.index), `${m[0]} counts a day by itself: ${home}`);
}

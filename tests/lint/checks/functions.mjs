// No function of our C over 50 lines, McCabe 12 or five parameters. McCabe is the modified count: a switch adds one
// however many cases it has, since a table of cases reads as one decision.
import { files, read, run } from '../lib.mjs';
import { functions } from '../c-functions.mjs';

export const about = 'functions within 50 lines, modified McCabe 12 (a switch counts once) and five parameters';
const limits = { lines: 50, mccabe: 12, parameters: 5 };

export async function check(report) {
	const sources = files(/^(server|clients|tests)\/.*\.c$/);
	const { code, out } = await run('pmccabe', sources);
	if (code !== 0) return report(null, null, out.trim());
	for (const [, mccabe, first, lines, file, name] of out.matchAll(/^(\d+)\s+\d+\s+\d+\s+(\d+)\s+(\d+)\s+(\S+?)\(\d+\): (.*)$/gm)) {
		if (Number(lines) > limits.lines) report(file, first, `${name} has ${lines} lines, more than ${limits.lines}`);
		if (Number(mccabe) > limits.mccabe) report(file, first, `${name} has modified McCabe ${mccabe} (a switch counts once), more than ${limits.mccabe}`);
	}
	for (const file of files(/^(server|clients|tests)\/.*\.[ch]$/))
		for (const f of functions(read(file)))
			if (f.parameters > limits.parameters)
				report(file, f.line, `${f.name} has ${f.parameters} parameters, more than ${limits.parameters}`);
}

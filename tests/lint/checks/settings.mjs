// Each setting of config.def is known to the operator's guide and to docker-compose.yml, and the reverse.
import { has, read, lineOf } from '../lib.mjs';

export const about = 'every setting is documented and in docker-compose.yml';
const places = ['docs/operators-guide.md', 'docker-compose.yml'];

export async function check(report) {
	const def = read('server/base/config.def');
	const names = [...def.matchAll(/^SETTING\(\w+, \w+, "(\w+)"/gm)].map((m) => ({ name: `SAMHANDLING_${m[1]}`, line: lineOf(def, m.index) }));
	for (let i = 1; i < names.length; i++)
		if (names[i].name < names[i - 1].name) report('server/base/config.def', names[i].line, `${names[i].name} is not in alphabetical order`);
	for (const place of places) {
		if (!has(place)) {
			report(place, null, 'does not exist');
			continue;
		}
		const text = read(place);
		const used = new Set([...text.matchAll(/\bSAMHANDLING_[A-Z0-9_]+/g)].map((m) => m[0].replace(/_FILE$/, '')));
		for (const { name, line } of names) if (!used.has(name)) report('server/base/config.def', line, `${name} is not in ${place}`);
		for (const name of used)
			if (!names.some((n) => n.name === name) && name !== 'SAMHANDLING_X') report(place, null, `${name} is no setting`);
	}
}

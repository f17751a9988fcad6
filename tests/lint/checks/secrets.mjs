// No secret and no number of a person who may exist is checked in.
import { files, read } from '../lib.mjs';

export const about = 'no secrets, and only synthetic national numbers';
const secrets = [
	[/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/]/, 'a private key'],
	[/\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{40,}/, 'a signed token'],
	[/"d"\s*:\s*"[\w-]{40,}"/, 'a private JWK'],
];
// the public test vectors of the number rules: the tax authority's and HL7 Norway's own examples
const vectorFiles = /^tests\/unit\/test_(national_id|import_number|identifiers?|norwegian_id)\.c$/;
const w1 = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const w2 = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

// Passes both check digits and is no synthetic one (month + 80, + 65, + 40), D-numbers included.
function couldBeReal(text) {
	const d = [...text].map(Number);
	const sum = (w) => w.reduce((s, x, i) => s + x * d[i], 0) % 11;
	if (sum(w1) !== 0 || sum(w2) !== 0 || d[0] > 7) return false;
	const month = d[2] * 10 + d[3];
	const day = (d[0] * 10 + d[1]) % 40;
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

export async function check(report) {
	for (const file of files(/^(?!.*(package-lock\.json|\.(png|ico|woff2?|patch)$))/)) {
		const text = read(file);
		for (const [pattern, what] of secrets) if (pattern.test(text)) report(file, null, `holds ${what}`);
		if (vectorFiles.test(file)) continue;
		for (const m of text.matchAll(/(?<![\d.\w-])\d{11}(?![\d\w-])/g))
			if (couldBeReal(m[0])) report(file, text.slice(0, m.index).split('\n').length, 'holds a national number that is not synthetic');
	}
}

// Made-up patients, the same ones every time. Names and numbers have the form of the tax authority's
// synthetic register: an adjective and a thing from nature, and a month with 80 added.

// A small generator with a fixed seed (mulberry32): whole numbers from 0, below the limit asked for.
export function generator(seed) {
	let state = seed;
	return (limit) => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % limit;
	};
}

const weights1 = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const weights2 = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
const checkDigit = (digits, weights) => (11 - (weights.reduce((sum, w, i) => sum + w * digits[i], 0) % 11)) % 11;

// The first valid number for that day from the individual number on (domain.md §8.1, today's rule).
export function syntheticNumber(birthDate, individual) {
	const [year, month, day] = birthDate.split('-');
	for (let n = individual; ; n++) {
		const digits = [...`${day}${Number(month) + 80}${year.slice(2)}${String(n).padStart(3, '0')}`].map(Number);
		const first = checkDigit(digits, weights1);
		const second = checkDigit([...digits, first], weights2);
		if (first < 10 && second < 10) return [...digits, first, second].join('');
	}
}

const given = ['Rolig', 'Blid', 'Stille', 'Varm', 'Lys', 'Modig', 'Sprek', 'Vennlig', 'Klok', 'Rask', 'Ærlig',
	'Trygg', 'Mild', 'Lun', 'Flink', 'Munter', 'Sindig', 'Våken', 'Frisk', 'Åpen'];
const family = ['Furu', 'Elv', 'Bjørk', 'Stein', 'Fjell', 'Sjø', 'Lyng', 'Gran', 'Måke', 'Vidde', 'Rogn', 'Øy', 'Tind',
	'Bekk', 'Skog', 'Hei', 'Strand', 'Li', 'Dal', 'Myr'];
const streets = ['Elvegata', 'Storgata', 'Bragernesveien', 'Konnerudgata', 'Tollbugata', 'Strømsøveien'];
const places = {
	3301: { postal_code: '3015', city: 'Drammen' },
	3312: { postal_code: '3400', city: 'Lier' },
	3314: { postal_code: '3300', city: 'Hokksund' },
};

// `count` people; the first is the demo citizen of the token PT.
export function makePatients(count, municipalityOf, firstNumber) {
	const random = generator(20260301);
	return Array.from({ length: count }, (_, i) => {
		const year = 1950 + random(55);
		const birth = `${year}-${String(1 + random(12)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}`;
		const municipality = municipalityOf(i);
		const own = {
			national_id: syntheticNumber(birth, (year < 2000 ? 0 : 500) + random(400)),
			birth_date: birth,
			sex: ['FEMALE', 'MALE', 'FEMALE', 'MALE', 'OTHER', 'UNKNOWN'][random(6)],
			given_name: given[(i * 7) % given.length],
			family_name: family[(i + Math.floor(i / 20) * 3) % family.length],
			phone: `+4700${String(100000 + random(900000))}`,
			address: { line: `${streets[random(streets.length)]} ${1 + random(120)}`, ...places[municipality], country: 'NO' },
			municipality_number: municipality,
			language: random(6) === 0 ? 'en' : 'nb',
			interpreter_needed: false,
			has_minor_children: ['NO', 'NO', 'YES', 'UNKNOWN'][random(4)],
		};
		return i === 0 ? { ...own, ...firstNumber } : own;
	});
}

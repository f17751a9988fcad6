// A person's stays in specialist care: many before the team, fewer and shorter with it, more for the very ill, by chance.

const gap = 12; // days at least between two stays

// People are referred when it is worst; the team changes something from the first meeting on, more in the second year.
function effect(p, n) {
	if (n < p.met) return n < p.sent - 250 ? 0.85 : 1.3;
	return (n < p.met + 365 ? 0.62 : 0.5) * (1 - 0.3 * p.gain);
}

// When the team keeps hands off the calendar: the weeks of first contact, and those in which the course ends.
const isFree = (p, first, last) => (last < p.sent || first > p.met + 3) && (p.ends === Infinity || last < p.quiet - 20);

function stay(p, begins) {
	const { chance } = p;
	const acute = chance.is(0.72);
	const compulsory = acute && chance.is(begins < p.met ? 0.42 : 0.3);
	const mean = (acute ? 19 : 12) * (0.6 + p.need) * (compulsory ? 1.5 : 1) * Math.sqrt(effect(p, begins));
	return { begins, ends: begins + Math.min(90, 2 + chance.about(mean)), acute, compulsory,
		level: chance.weighted({ HOSPITAL_PSYCH: acute ? 6 : 1, DPS_INPATIENT: acute ? 2 : 5, TSB: acute ? 1 : 3 }) };
}

// In order of time and never overlapping, from two years before the referral. A stay may last beyond the last day.
export function planStays(p, calendar) {
	const stays = [];
	const perDay = (0.7 + 2.2 * p.need) / 365;
	for (let n = p.sent - 700; n < calendar.days; n++) {
		if (!p.chance.is(perDay * effect(p, n))) continue;
		const one = stay(p, n);
		const straddles = one.begins < 1 && one.ends >= 1; // what began before the history cannot end in it
		if (!straddles && isFree(p, one.begins - 1, one.ends + 1)) {
			stays.push(one);
			n = one.ends + gap;
		}
	}
	return stays;
}

// Days counted from the first day of the history, and the working days of Norway among them.
const day = 86_400_000;

// Easter Sunday of a year, as a time in UTC (the algorithm of Meeus, Jones and Butcher).
function easter(year) {
	const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
	const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
	const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
	const m = Math.floor((a + 11 * h + 22 * l) / 451);
	const n = h + l - 7 * m + 114;
	return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1);
}

const fixed = ['01-01', '05-01', '05-17', '12-25', '12-26'];
const movable = [-3, -2, 0, 1, 39, 49, 50];

export class Calendar {
	#start;

	// `from` is any time of day 0, `to` of the day after the last one.
	constructor(from, to) {
		this.#start = Math.floor(from / day) * day;
		this.days = Math.floor(to / day) - this.#start / day;
	}

	// The time on day n, in UTC; Norway is one or two hours ahead.
	at(n, hour = 9, minute = 0) {
		return this.#start + n * day + hour * 3_600_000 + minute * 60_000;
	}

	time(n, hour, minute) {
		return new Date(this.at(n, hour, minute)).toISOString();
	}

	date(n) {
		return this.time(n).slice(0, 10);
	}

	isWorking(n) {
		const at = this.at(n, 0);
		const then = new Date(at);
		return then.getUTCDay() % 6 !== 0 && !fixed.includes(this.date(n).slice(5))
			&& !movable.includes((at - easter(then.getUTCFullYear())) / day);
	}

	// The first working day from day n on.
	working(n) {
		while (!this.isWorking(n)) n++;
		return n;
	}
}

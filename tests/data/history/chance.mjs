// What happens by chance, from a seed: the same seed, the same answers in the same order.
import { generator } from '../../../deploy/sandbox/seed/people.mjs';

export class Chance {
	#below;

	constructor(seed) {
		this.#below = generator(seed);
	}

	// A whole number, both ends included.
	from(low, high) {
		return low + this.#below(high - low + 1);
	}

	one(list) {
		return list[this.#below(list.length)];
	}

	// True in this share of the cases.
	is(share) {
		return this.#below(10_000) < share * 10_000;
	}

	// One of the keys, as often as its weight says: weighted({ HOME: 3, CLINIC: 1 }).
	weighted(weights) {
		let at = this.#below(Object.values(weights).reduce((sum, w) => sum + w, 0));
		return Object.keys(weights).find((key) => (at -= weights[key]) < 0);
	}

	// A whole number about the mean, most often below it and now and then far above; at least 1.
	about(mean) {
		const share = (1 + this.#below(1000)) / 1001;
		return Math.max(1, Math.round(-Math.log(share) * mean));
	}

	// A number near `level`, never outside its scale.
	near(level, spread, [low, high]) {
		return Math.min(high, Math.max(low, Math.round(level + this.from(-spread, spread))));
	}
}

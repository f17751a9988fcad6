// Before every request: what its variables may name.
const day = 86400000;
const today = new Date().toLocaleDateString('sv', { timeZone: 'Europe/Oslo' }); // the service's days are Oslo's
pm.variables.set('today', today);
pm.variables.set('yesterday', new Date(Date.parse(today) - day).toISOString().slice(0, 10));
pm.variables.set('hour_ago', new Date(Date.now() - 3600000).toISOString());
pm.variables.set('next_week', new Date(Date.now() + 7 * day).toISOString());
pm.variables.set('key', require('uuid').v4());

// A synthetic national number (month + 80) that nobody has.
function digit(weights, digits) {
	return (11 - (weights.reduce((sum, w, i) => sum + w * digits[i], 0) % 11)) % 11;
}
function syntheticNumber() {
	const two = (n) => String(n).padStart(2, '0');
	for (;;) {
		const digits = (two(1 + Math.floor(Math.random() * 28)) + two(81 + Math.floor(Math.random() * 12)) + two(50 + Math.floor(Math.random() * 49))
			+ String(100 + Math.floor(Math.random() * 390))).split('').map(Number);
		const first = digit([3, 7, 6, 1, 8, 9, 4, 5, 2], digits);
		const second = digit([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], digits.concat(first));
		if (first < 10 && second < 10) return digits.concat(first, second).join('');
	}
}
pm.variables.set('synthetic_number', syntheticNumber());

// Whole days are Oslo's, as the service counts them: so many days back is the same hour there, also over the change of the
// clocks, and today is the date there, which before midnight UTC is no longer UTC's. Lint `days` lets nobody count otherwise.
const zone = 'Europe/Oslo';
const day_ms = 86_400_000;

// SQL: the time in `column` so many days before; `days` may be a parameter.
export const back = (column, days) => `((${column} at time zone '${zone}' - make_interval(days => ${days})) at time zone '${zone}')`;
// …and so many days after.
export const forth = (column, days) => `((${column} at time zone '${zone}' + make_interval(days => ${days})) at time zone '${zone}')`;

// The date in Oslo at that time.
export const dayOf = (at) => new Date(at).toLocaleDateString('sv', { timeZone: zone });
// The date so many days after that date.
export const dayAfter = (date, days) => new Date(Date.parse(date) + days * day_ms).toISOString().slice(0, 10);
// The date in Oslo so many days from now.
export const day = (ahead = 0) => dayAfter(dayOf(Date.now()), ahead);
// How many days there are from the one time or date to the other.
export const daysBetween = (from, to) => (Date.parse(dayOf(to)) - Date.parse(dayOf(from))) / day_ms;

const ahead = (at) => new Date(at.toLocaleString('en-US', { timeZone: zone })) - new Date(at.toLocaleString('en-US', { timeZone: 'UTC' }));

// That hour in Oslo, so many days from now.
export function atHour(days, hour) {
	const at = new Date(`${day(days)}T${String(hour).padStart(2, '0')}:00:00Z`);
	return new Date(at - ahead(at)).toISOString();
}

// Minutes from now, as the contract writes a time; whole days of them at the same hour in Oslo.
export function inMinutes(n) {
	const at = new Date(Date.now() + n * 60_000);
	return new Date(at - (n % 1440 === 0 ? ahead(at) - ahead(new Date()) : 0)).toISOString();
}
export const hoursAgo = (n) => inMinutes(-60 * n);
export const inDays = (n) => inMinutes(1440 * n);

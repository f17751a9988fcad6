// The table: what was measured, the bar, and whether it was reached. A miss makes the run fail.
const rows = [];

// `kind`: 'least' or 'most'; `unit` may carry a note in brackets after the unit itself.
export function bar(what, value, kind, limit, unit = '') {
	const [, short, note = ''] = /^(\s*\S*)\s*(\(.*\))?$/.exec(unit);
	const ok = Number.isFinite(value) && (kind === 'least' ? value >= limit : value <= limit);
	rows.push({ what, value, kind, limit, unit: short, note, ok });
}

const number = (n) => (Math.abs(n) >= 100 ? n.toFixed(0) : n.toFixed(2));

export function print() {
	const width = Math.max(...rows.map((r) => r.what.length));
	console.log(`\n${'what'.padEnd(width)}  ${'measured'.padStart(10)}  ${'bar'.padStart(10)}`);
	for (const r of rows)
		console.log(`${r.what.padEnd(width)}  ${(number(r.value) + r.unit).padStart(10)}  ${`${r.kind === 'least' ? '≥' : '≤'} ${r.limit}${r.unit}`.padStart(10)}  ${r.ok ? 'ok' : 'MISSED'}  ${r.note}`);
	const missed = rows.filter((r) => !r.ok).length;
	console.log(`${rows.length - missed} bars reached, ${missed} missed`);
	return missed;
}

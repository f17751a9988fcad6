// Makes two people of the register one and the same, by their number in the register of health personnel, while
// `work(as)` runs; `as` is the second one's token, which says the same number.
export async function asOnePerson(w, first, second, work) {
	const id = w.ids.staff[second];
	const number = async (staff) => (await w.sql('select hpr_number from staff where id = $1', [staff]))[0].hpr_number;
	const own = await number(id);
	const shared = await number(w.ids.staff[first]);
	await w.sql('update staff set hpr_number = $2 where id = $1', [id, shared]);
	try {
		await work(w.token(second, { claims: { hpr_nr: shared } }));
	} finally {
		await w.sql('update staff set hpr_number = $2 where id = $1', [id, own]);
	}
}

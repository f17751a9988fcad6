// Makes two people of the register one and the same, by their number in the register of health personnel, while
// `work` runs.
export async function asOnePerson(w, first, second, work) {
	const id = w.ids.staff[second];
	const [{ hpr_number: own }] = await w.sql('select hpr_number from staff where id = $1', [id]);
	await w.sql('update staff set hpr_number = (select hpr_number from staff where id = $2) where id = $1', [id, w.ids.staff[first]]);
	await work();
	await w.sql('update staff set hpr_number = $2 where id = $1', [id, own]);
}

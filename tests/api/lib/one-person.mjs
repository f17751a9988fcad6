// Makes two people of the register one and the same, in each way that the service knows of, while `work(as)` runs; `as` is the
// second one's token.

// By their number in the register of health personnel; without one, by their name, or by a login that they share.
const ways = {
	number: { set: (first) => ({ hpr_number: first.hpr_number }) },
	name: { set: (first) => ({ hpr_number: null, name: ` ${first.name.toUpperCase().replace(' ', '  ')}` }) },
	login: { set: () => ({ hpr_number: null }), login: true },
};

export async function asOnePerson(w, first, second, work) {
	const ids = [w.ids.staff[first], w.ids.staff[second]];
	const [one, own] = await Promise.all(ids.map(async (id) => (await w.sql('select name, hpr_number from staff where id = $1', [id]))[0]));
	const put = ({ name, hpr_number }) => w.sql('update staff set name = $2, hpr_number = $3 where id = $1', [ids[1], name, hpr_number]);
	for (const { set, login } of Object.values(ways).filter((way) => one.hpr_number || way !== ways.number)) {
		await put({ ...own, ...set(one) });
		if (login) await w.sql(`insert into issuer_subjects (issuer_id, subject, staff_id) select i.id, 'both', s from unnest($1::uuid[]) s, (select id from trusted_issuers limit 1) i`, [ids]);
		try {
			await work(w.token(second, one.hpr_number && !login ? { claims: { hpr_nr: one.hpr_number } } : {}));
		} finally {
			await w.sql(`delete from issuer_subjects where subject = 'both'`);
			await put(own);
		}
	}
}

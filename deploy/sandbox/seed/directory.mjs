// Units, staff and memberships of the demo agencies, entered by each agency's own administrator.

async function loadUnits(client, agency, units) {
	const { slug } = agency;
	const { body: me } = await client.get(`${slug}:sa-1`, '/me');
	const { body: list } = await client.get(`${slug}:sa-1`, `/units?agency_id=${me.agency.id}`);
	for (const { key, ...unit } of agency.units) {
		const there = list.items.find((u) => u.name === unit.name);
		const { id } = there ?? await client.create(`unit-${slug}-${key}`, `${slug}:sa-1`, '/units', unit);
		units[`${slug}:${key}`] = id;
	}
}

async function loadStaff(client, { slug, staff }, units) {
	for (const { subject, role, name, unit, profession, hpr_number } of staff.filter((s) => s.role !== 'SA')) {
		const person = { subject, name, is_health_personnel: hpr_number !== undefined, profession, hpr_number };
		const { id } = await client.create(`staff-${slug}-${subject}`, `${slug}:sa-1`, '/staff', person);
		await client.create(`membership-${slug}-${subject}`, `${slug}:sa-1`, `/staff/${id}/memberships`,
			{ unit_id: units[`${slug}:${unit}`], role, percent: 100 });
	}
}

// The ids of all units by 'agency:key'.
export async function loadDirectory(client) {
	const units = {};
	for (const agency of client.agencies.filter((a) => a.profile === 'agency')) {
		await loadUnits(client, agency, units);
		await loadStaff(client, agency, units);
	}
	return units;
}

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

async function loadStaff(client, { slug, staff }, ids) {
	for (const { subject, role, name, unit, profession, hpr_number } of staff.filter((s) => s.role !== 'SA')) {
		const person = { subject, name, is_health_personnel: hpr_number !== undefined, profession, hpr_number };
		const { id } = await client.create(`staff-${slug}-${subject}`, `${slug}:sa-1`, '/staff', person);
		ids.staff[`${slug}:${subject}`] = id;
		await client.create(`membership-${slug}-${subject}`, `${slug}:sa-1`, `/staff/${id}/memberships`,
			{ unit_id: ids.unit[`${slug}:${unit}`], role, percent: 100 });
	}
}

// The ids of units and staff by 'agency:key' and 'agency:subject', and of agencies by slug.
export async function loadDirectory(client) {
	const ids = { unit: {}, staff: {}, agency: {} };
	for (const agency of client.agencies.filter((a) => a.profile === 'agency')) {
		await loadUnits(client, agency, ids.unit);
		await loadStaff(client, agency, ids);
	}
	const { body } = await client.get('drammen-dps:sa-1', '/agencies?limit=200');
	for (const { slug, id } of body.items) ids.agency[slug] = id;
	return ids;
}

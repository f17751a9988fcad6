// An agency's environment: where the service is, and a place for the tokens of its roles. No secret is ever in it.
import { tokenVariable } from './runs.mjs';

const rolesOf = (agency) => [...new Set((agency.staff ?? []).map((person) => person.role))];
const secret = (key) => ({ key, value: '', type: 'secret', enabled: true });

export function environmentOf(agency) {
	const tokens = (agency.all ?? [agency]).flatMap((one) => rolesOf(one).map((role) => tokenVariable(one.slug, role)));
	return {
		name: agency.name,
		values: [
			{ key: 'origin', value: 'http://127.0.0.1:8080', type: 'default', enabled: true },
			{ key: 'base_url', value: '{{origin}}/api/v1', type: 'default', enabled: true },
			...(agency.all ? [] : [{ key: 'agency', value: agency.slug, type: 'default', enabled: true }]),
			secret('token'),
			...tokens.map(secret),
		],
		_postman_variable_scope: 'environment',
	};
}

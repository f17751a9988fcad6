// What tests of Subscription ask for, and read of what their receivers are told.
import { strict as assert } from 'node:assert';
import { until } from '../harness.mjs';
import { assertValid, fhir, resources } from './fhir.mjs';

const [sa, tl] = ['drammen-dps/SA', 'drammen-dps:tl-1'];

export function subscriptions(w) {
	const ask = fhir(w);
	const [topics, guide] = ['https://samhandling.example/fhir/SubscriptionTopic/', 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/'];
	const content = (code) => ({ extension: [{ url: `${guide}backport-payload-content`, valueCode: code }] });
	const role = (code) => ({ url: 'https://samhandling.example/fhir/StructureDefinition/subscription-role', valueCode: code });

	function asked(url, { topic = 'task-assigned', filter, payload = 'id-only', reads = 'TL', ...more } = {}) {
		const { channel, ...rest } = more;
		return { resourceType: 'Subscription', status: 'requested', reason: 'Varsel til fagsystemet', criteria: topics + topic, extension: [role(reads)],
			...(filter ? { _criteria: { extension: [{ url: `${guide}backport-filter-criteria`, valueString: filter }] } } : {}),
			channel: { type: 'rest-hook', endpoint: url, payload: 'application/fhir+json', _payload: content(payload), ...channel }, ...rest };
	}

	const create = async (body, who = sa) => (await ask(who, 'POST', '/Subscription', body)).is(201).body;
	const read = async (id, who = sa) => (await ask(who, 'GET', `/Subscription/${id}`)).is(200).body;
	const becomes = (id, status) => until(async () => (await read(id)).status === status, 8000, status);
	const end = async (id, receiver) => {
		(await ask(sa, 'DELETE', `/Subscription/${id}`)).is(204);
		await receiver?.stop();
	};
	async function put(id, change, who = sa) {
		const now = (await ask(who, 'GET', `/Subscription/${id}`)).is(200);
		return ask(who, 'PUT', `/Subscription/${id}`, { ...now.body, ...change(now.body) }, { 'if-match': now.etag });
	}

	// What a notification says, by the names of its Parameters; its Bundle is valid.
	function told(m) {
		assertValid(m.event);
		const [first, ...rest] = m.event.entry;
		const value = (p) => p.part?.reduce((all, x) => ({ ...all, [x.name]: value(x) }), {}) ?? p.valueString ?? p.valueCode ?? p.valueCanonical ?? p.valueInstant ?? p.valueReference.reference;
		assert.deepEqual([m.event.type, first.resource.resourceType, first.response.status, first.request.method], ['history', 'Parameters', '200', 'GET']);
		return { ...Object.fromEntries(first.resource.parameter.map((p) => [p.name, value(p)])), entries: rest };
	}

	const task = async (body = {}) => (await w.api(tl, 'POST', '/tasks', { title: 'Ring', unit_id: w.ids.unit['drammen-dps:fact'], ...body })).is(201).body;
	const ofEvents = (receiver) => receiver.accepted.filter((m) => told(m).type === 'event-notification');
	const about = (id) => (m) => JSON.stringify(m.event).includes(id);
	const numberOf = (m) => Number(told(m)['notification-event']['event-number']);
	const counted = async (id) => {
		const [status] = resources((await ask(sa, 'GET', `/Subscription/${id}/$status`)).is(200).body);
		return Number(status.parameter.find((p) => p.name === 'events-since-subscription-start').valueString);
	};
	return { ask, topics, guide, content, role, asked, create, read, becomes, end, put, told, task, ofEvents, about, numberOf, counted };
}

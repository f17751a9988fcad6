// Makes what a Subscription has beside what all types have: its own scope, its end, its $status, and 410 for what has ended.
import { answerOf, base, ofReads, operation, ref } from './fhir.mjs';

const scope = 'subscriptions.manage';
const who = "the agency's administrator and its systems (SA, SY)";
const reads = ofReads.map((p) => ref('parameters', p));

function end() {
	const o = operation({ id: 'fhirEndSubscription', scope, of: 'subscriptions', 'x-executor': 'ops', summary: 'Delete a Subscription', fhir: { interaction: 'delete', type: 'Subscription' },
		description: `With its log and what waits to be sent; from then on it is gone. For ${who}.`, answer: {}, statuses: ['400', '401', '403', '404', '410'] });
	delete o.responses[200];
	delete o.responses[406]; // what has no body fits everybody
	o.responses[204] = { description: 'Deleted' };
	return o;
}

const status = () => operation({ id: 'fhirSubscriptionStatus', scope, of: 'subscriptions', summary: 'Ask how a Subscription is', answer: answerOf('FhirBundle', 'One Parameters, as a notification has it'),
	description: `Its status, and how many events there have been for it. For ${who}, and its privacy officer (PV).`, parameters: reads, statuses: ['400', '401', '403', '404', '410'],
	fhir: { interaction: 'status', type: 'Subscription', operation: 'status', definition: 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status' } });

// Adds them to the fragment, and to the operations that are there.
export function addSubscriptions(fragment) {
	const one = `${base}/Subscription/{id}`;
	for (const item of Object.values(fragment.paths))
		for (const o of Object.values(item).filter((x) => x['x-fhir']?.type === 'Subscription')) {
			// what is new and only tried tells nothing of any; the others do, were it that there is one
			if (o.operationId !== 'fhirValidateSubscription') o.security = [{ agency: [scope] }];
			if (['read', 'vread', 'update'].includes(o['x-fhir'].interaction) || o.operationId === 'fhirValidateChangedSubscription') o.responses[410] = ref('responses', 'FhirGone');
		}
	fragment.paths[one].delete = end();
	fragment.paths[`${one}/$status`] = { 'x-root': true, parameters: [ref('parameters', 'Id')], get: status() };
	return fragment;
}

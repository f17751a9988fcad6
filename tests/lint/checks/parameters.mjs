// A statement uses no parameter that the contract does not describe for its operation.
import { contract, namedStatements, operations, plainSql } from '../lib.mjs';

export const about = 'statements use only parameters that the contract describes';
const always = /^(auth\.(agency_id|staff_id|role|unit_ids|citizen_id|citizen_hashes|subject|name|unit_id|hpr_number|purpose|attestation)|fhir\.(asked|base|codes|type)|request\.(caller|id|trace_id|operation)|gate\.(cell|gates|matrix)|receipt\.hash|service\.base_url)$/;
const ofMachines = /^(machine\.(action|from|to|refusal)|path\.id|body|new\.id|header\.if_match)$/;

// The names behind single colons; `::type`, quoted strings, comments and array slices are stepped over.
export function parametersOf(text) {
	return [...plainSql(text, false).matchAll(/(?<![:\w\]])(?<!\[[^\]]*):([a-z]\w*(?:\.\w+)*)/g)].map((m) => m[1]);
}

function described({ parameters, operation, method }) {
	const names = new Set(parameters.map((p) => `${p.in}.${p.name.toLowerCase().replaceAll(/[-.]/g, '_')}`));
	if (operation.requestBody) names.add('body');
	if (method === 'post') ['new.id', 'new.receipt', 'new.receipt_hash', 'new.webhook_public', 'new.webhook_secret', 'new.webhook_signing'].forEach((n) => names.add(n));
	return names;
}

// A GET that answers for a write gets the write's path.
function known(o, list) {
	const names = described(o);
	if (list.some((other) => other.operation['x-answer'] === o.id)) names.add('new.id');
	return names;
}

export async function check(report) {
	const list = operations(contract());
	const byId = new Map(list.map((o) => [o.id, o]));
	for (const s of namedStatements()) {
		if (/\/_[a-z]+\.sql$/.test(s.file)) continue;
		const o = byId.get(s.name.replace(/\.(replay|as_of|version)$/, '')) ?? list.find((other) => other.operation['x-statement'] === s.name);
		const names = o ? known(o, list) : null;
		if (o && s.name.endsWith('.replay')) names.add('path.id'); // of what was made the first time
		for (const p of new Set(parametersOf(s.text))) {
			if (always.test(p) || (names === null ? ofMachines.test(p) : names.has(p.toLowerCase()))) continue;
			report(s.file, s.line, `${s.name} uses :${p}, which the contract does not describe`);
		}
	}
}

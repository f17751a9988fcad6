// The run that reads every list of the contract, each as somebody whom the access matrix lets read it.
const readers = [
	['TL', 'drammen-dps'], ['DPS', 'drammen-dps'], ['MH', 'drammen-kommune'], ['KO', 'drammen-kommune'], ['CO', 'drammen-kommune'], ['GP', 'fastlege-demo'],
	['NAV', 'nav-drammen'], ['PO', 'politi-demo'], ['PV', 'drammen-dps'], ['QM', 'drammen-dps'], ['SA', 'drammen-dps'], ['PT', 'citizen'],
];

function readerOf(contract, { operation }) {
	if (operation.security.length === 0) return undefined;
	const { cells } = contract['x-access-matrix'].resources[[operation['x-resource']].flat()[0]];
	const [role, agency] = readers.find(([column]) => /^[WR]/.test(cells[column] ?? '')) ?? ['SA', 'drammen-dps'];
	return `${agency} ${role}`;
}

const isList = (o) => o.method === 'GET' && o.operation['x-list'] && !o.path.includes('{') && !o.parameters.some((p) => p.in === 'query' && p.required);

// what an agency switches on for itself, and a fresh one has not
const switchedOff = ['listKnownUnconnectedPersons'];

function stepOf(contract, o) {
	const query = o.parameters.some((p) => p.name === 'limit') ? { limit: 2 } : {};
	return { as: readerOf(contract, o), call: o.id, query, expect: switchedOff.includes(o.id) ? 403 : 200 };
}

export function readingRun(contract, all) {
	return {
		name: 'every list, read once',
		description: 'Made from the contract: each list that needs no more than a token, as somebody who may read it.',
		steps: all.filter(isList).map((o) => stepOf(contract, o)),
	};
}

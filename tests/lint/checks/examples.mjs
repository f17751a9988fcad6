// Every example of the contract fits the schema that it stands beside, and every body has one.
import { contract, operations } from '../lib.mjs';
import { step, validator } from '../ajv.mjs';

export const about = 'every example validates, and every JSON body has one';

// The examples of a schema, media type, parameter or header: [[pointer of the example's schema, value, where]].
function examplesAt(node, pointer) {
	const schema = node.schema !== undefined ? `${pointer}/schema` : pointer;
	const list = [];
	if (node.example !== undefined) list.push([schema, node.example, pointer]);
	if (Array.isArray(node.examples)) node.examples.forEach((value, i) => list.push([schema, value, `${pointer}/examples/${i}`]));
	else if (node.examples)
		for (const [name, e] of Object.entries(node.examples)) if (e?.value !== undefined) list.push([schema, e.value, `${pointer}/examples/${name}`]);
	return list;
}

const data = new Set(['example', 'examples', 'default', 'enum', 'const']);

function* walk(node, pointer) {
	if (node === null || typeof node !== 'object') return;
	if (!Array.isArray(node) && !pointer.endsWith('/properties')) yield* examplesAt(node, pointer);
	for (const [key, value] of Object.entries(node))
		if (pointer.endsWith('/properties') || (!data.has(key) && !key.startsWith('x-'))) yield* walk(value, `${pointer}/${step(key)}`);
}

function exampleOf(document, media) {
	const schema = media.schema?.$ref ? media.schema.$ref.slice(2).split('/').reduce((at, k) => at?.[k], document) : media.schema;
	return media.example ?? media.examples ?? schema?.example ?? schema?.examples;
}

export async function check(report) {
	const document = contract();
	const { schemaAt, faults } = validator(document);
	for (const part of ['paths', 'components'])
		for (const [schema, value, where] of walk(document[part], `#/${part}`)) {
			const validate = schemaAt(schema);
			if (!validate(value)) report('api-spec/openapi.json', null, `${decodeURIComponent(where)}: ${faults(validate)}`);
		}
	for (const { id, operation } of operations(document))
		for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
			if (/json/.test(type) && exampleOf(document, media) === undefined) report('api-spec/openapi.json', null, `${id}: its body has no example`);
}

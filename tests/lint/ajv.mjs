// A JSON Schema validator (draft 2020-12, formats asserted) that knows the contract's own formats.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const weighted = (s, weights) => weights.reduce((sum, w, i) => sum + w * Number(s[i]), 0) % 11;

function isNationalId(s) {
	const plain = s.replace(/^(\d{6})[ -](\d{5})$/, '$1$2');
	return /^\d{11}$/.test(plain) && weighted(plain, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0;
}

function isOrganisationNumber(s) {
	return /^[2389]\d{8}$/.test(s) && weighted(s, [3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0;
}

const formats = {
	'norwegian-national-id': isNationalId,
	'no-national-id': (s) => !s.split(/[^\d]+/).some(isNationalId),
	'organisation-number': isOrganisationNumber,
	'hpr-number': /^[1-9]\d{0,8}$/,
	'municipality-number': /^\d{4}$/,
	'phone-e164': /^\+[1-9]\d{6,14}$/,
	secret: () => true, // it is sealed
};

// `document` is the bundled contract; schemaAt('#/paths/…') compiles a part of it.
export function validator(document) {
	const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
	addFormats.default ? addFormats.default(ajv) : addFormats(ajv);
	for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
	ajv.addSchema({ $id: 'contract', ...document }, 'contract');
	const compiled = new Map();
	return {
		schemaAt(pointer) {
			if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `contract${pointer}` }));
			return compiled.get(pointer);
		},
		faults: (validate) => (validate.errors ?? []).map((e) => `${e.instancePath || '/'} ${e.message}`).join('; '),
	};
}

export const step = (key) => encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'));

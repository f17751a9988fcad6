// A run (runs/*.yaml) as a folder that newman or Postman's runner carries out: each step is one request with its tests.
//
//   as: 'politi-demo PO'          whose token; none for operations that need none
//   call: createTask              operationId
//   path, query: {…}              parameters
//   body: {…}                     members that differ from the contract's example; null takes one out
//   only: true                    the body is just that, without the example
//   expect: 201                   the status
//   check: {status: RECEIVED}     members of the answer, by path (items.0.id) and value
//   keep: {report: id}            values for later steps, by path
//   etag: /tasks/{{task}}         read first, for If-Match
import { bodyOf, exampleOf, urlOf } from './requests.mjs';

export const tokenVariable = (agency, role) => `token_${agency}_${role}`.replaceAll('-', '_').toLowerCase();

// Keeps what a later step needs; without it that step would be sent with a name in place of an id.
function keepScript(keep) {
	return Object.entries(keep).flatMap(([name, path]) => [
		`pm.test('there is ${path}, kept as ${name}', () => pm.expect(at('${path}')).to.exist);`,
		`pm.collectionVariables.set('${name}', at('${path}'));`]);
}

function testScript(step) {
	const lines = [`pm.test('answers ${step.expect}', () => pm.response.to.have.status(${step.expect}));`];
	if (step.check || step.keep) {
		lines.push("const body = pm.response.text() === '' ? {} : pm.response.json();",
			"const at = (path) => path.split('.').reduce((value, name) => (value === undefined || value === null ? undefined : value[name]), body);");
		for (const [path, value] of Object.entries(step.check ?? {}))
			lines.push(`pm.test('${path} is ${JSON.stringify(value).replaceAll("'", '')}', () => pm.expect(at('${path}')).to.eql(${JSON.stringify(value)}));`);
		lines.push(...keepScript(step.keep ?? {}));
	}
	return lines;
}

function etagScript(step, token) {
	return [
		'// a change says which version it is based on',
		`pm.sendRequest({ url: pm.variables.replaceIn(pm.variables.replaceIn('{{base_url}}${step.etag}')), header: { Authorization: 'Bearer ' + pm.variables.get('${token}') } },`,
		"\t(error, answer) => pm.variables.set('etag', error ? '' : answer.headers.get('ETag')));",
	];
}

function merged(example, changes) {
	const whole = { ...example, ...changes };
	return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}

function stepBody(contract, o, step) {
	const found = exampleOf(contract, o.operation.requestBody);
	if (found === null) return {};
	const value = step.only ? step.body : merged(found.value, step.body);
	return { type: found.type, body: bodyOf(found.type, value) };
}

const header = (when, key, value) => (when ? [{ key, value }] : []);

const authOf = (token) => (token === null ? { type: 'noauth' } : { type: 'bearer', bearer: [{ key: 'token', value: `{{${token}}}`, type: 'string' }] });

function operationOf(all, step) {
	const o = all.find((one) => one.id === step.call);
	if (o === undefined) throw new Error(`no operation is called ${step.call}`);
	return o;
}

function stepItem(contract, all, step) {
	const o = operationOf(all, step);
	const token = step.as ? tokenVariable(...step.as.split(' ')) : null;
	const { type, body } = stepBody(contract, o, step);
	const headers = [...header(type, 'Content-Type', type), ...header(step.etag, 'If-Match', '{{etag}}'), ...header(o.method === 'POST', 'Idempotency-Key', '{{key}}')];
	const query = Object.entries(step.query ?? {}).map(([key, value]) => ({ key, value: String(value) }));
	const script = (listen, exec) => ({ listen, script: { type: 'text/javascript', exec } });
	return {
		name: step.name ?? `${o.operation.summary} (${step.as ?? 'anyone'})`,
		event: [...(step.etag ? [script('prerequest', etagScript(step, token))] : []), script('test', testScript(step))],
		request: {
			auth: authOf(token), method: o.method, header: headers, url: urlOf(o, { values: step.path, query }), ...(body ? { body } : {}), description: step.about ?? o.operation.summary,
		},
		response: [],
	};
}

export function runFolder(contract, all, run) {
	return { name: `Run: ${run.name}`, description: run.description, item: run.steps.map((step) => stepItem(contract, all, step)) };
}

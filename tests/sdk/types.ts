// Never run: what a user of the SDK may write, and what the compiler must refuse.
import { createClient, isProblem, renewingToken, type Body, type Client, type Success } from '../../clients/sdk/dist/index.js';

const client: Client = createClient({ baseUrl: 'https://samhandling.example/api/v1', token: renewingToken(async () => ({ access_token: '', expires_in: 60 })) });
const id = '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60';

export async function right(): Promise<void> {
	const task: Success<'/tasks/{id}', 'get'> = (await client.get('/tasks/{id}', { params: { path: { id } } })).data;
	const title: string = task.title;
	const body: Body<'/tasks', 'post'> = { title };
	const made = await client.post('/tasks', { body });
	const version: number = made.data.version;
	for await (const one of client.pages('/tasks', { params: { query: { limit: version } } })) console.log(one.title.length);
	await client.thing('/tasks/{id}', { id }).update((now) => (now.title === 'x' ? null : { title: 'x' }));
	await client.thing('/concern-reports/{id}', { id }).transition((now) => (now.status === 'RECEIVED' ? { action: 'start_triage' } : null));
	await client.get('/me');
	try {
		await client.delete('/referrals/{id}', { params: { path: { id }, header: { 'If-Match': '"1-0"' } } });
	} catch (error) {
		if (isProblem(error, 'version_mismatch', 'not_found')) console.log(error.code === 'not_found', error.faults.length);
	}
}

export async function wrong(): Promise<void> {
	// @ts-expect-error no such path
	await client.get('/task');
	// @ts-expect-error no such method there
	await client.delete('/tasks');
	// @ts-expect-error the path's parameter is missing
	await client.get('/tasks/{id}');
	// @ts-expect-error a member that the contract does not have
	await client.post('/tasks', { body: { titel: 'x' } });
	// @ts-expect-error a change without the version that it is based on
	await client.patch('/tasks/{id}', { params: { path: { id } }, body: { title: 'x' } });
	// @ts-expect-error no list
	client.pages('/tasks/{id}', { params: { path: { id } } });
	// @ts-expect-error nothing that PATCH changes
	client.thing('/me', {}).update(() => null);
	// @ts-expect-error a member that the contract does not have
	await client.thing('/tasks/{id}', { id }).update(() => ({ titel: 'x' }));
	// @ts-expect-error no action of this machine
	await client.thing('/tasks/{id}', { id }).transition(() => ({ action: 'fly' }));
	// @ts-expect-error no state machine
	client.thing('/patients/{id}', { id }).transition(() => null);
	// @ts-expect-error no code of the catalogue
	isProblem(null, 'not_there');
	const { data } = await client.get('/tasks/{id}', { params: { path: { id } } });
	// @ts-expect-error a number
	const version: string = data.version;
	console.log(version);
}

// Loads the synthetic data through the public API, as the people who would enter it: node load.mjs VAR
import { loadAgreements } from './agreements.mjs';
import { Client } from './client.mjs';
import { loadDirectory } from './directory.mjs';
import { loadHistory } from './history.mjs';
import { loadPersons } from './persons.mjs';
import { loadReports } from './reports.mjs';

const client = new Client(process.argv[2]);
if (!client.done.has('complete')) {
	const begun = performance.now();
	const ids = await loadDirectory(client);
	const patients = await loadHistory(client, ids);
	const others = await loadPersons(client, ids.unit, patients.length);
	await loadAgreements(client, ids, patients, others);
	await loadReports(client, ids.unit);
	client.finish('complete', {});
	console.error(`loaded the synthetic data in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${client.done.size} steps`);
}

// Loads the synthetic data through the public API, as the people who would enter it: node load.mjs VAR
import { loadAgreements } from './agreements.mjs';
import { Client } from './client.mjs';
import { loadDirectory } from './directory.mjs';
import { loadPersons } from './persons.mjs';
import { loadReports } from './reports.mjs';

const client = new Client(process.argv[2]);
if (!client.done.has('complete')) {
	const begun = performance.now();
	const units = await loadDirectory(client);
	const patients = await loadPersons(client, units);
	await loadAgreements(client, units, patients);
	await loadReports(client, units);
	client.finish('complete', {});
	console.error(`loaded the synthetic data in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${client.done.size} steps`);
}

// For each type of the FHIR face one that exists, who may read it, and a search that finds it.
export const fhirSamples = (s) => ({
	Patient: { who: 'drammen-dps:tl-1', id: s.patient, query: `_id=${s.patient}` },
});

// The operation's path for that sample; one that names nothing with `nowhere`.
export function pathFor(samples, o, nowhere = false) {
	const sample = samples[o.fhir.type];
	return o.path.replace(/\{id\}/, nowhere ? crypto.randomUUID() : sample?.id).replace('{vid}', '1');
}

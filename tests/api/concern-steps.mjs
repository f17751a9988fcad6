// Steps that the tests on concern reports share.
export const report = { type: 'GENERAL_ADULT', municipality_number: '3301', subject: { description: 'Mann på benken ved brua' },
	observed: 'Sover ute i kulda', has_minor_children: 'UNKNOWN' };

export const words = ['RECEIVED', 'IN_TRIAGE', 'INFO_REQUESTED', 'INVESTIGATING', 'FORWARDED', 'ACTION_STARTED', 'CLOSED', 'DISMISSED', 'TRANSFERRED_OUT'];

// One action with the version that is there now; the answer's representation.
export async function act(w, who, path, body) {
	return (await step(w, who, path, body)).is(200).body;
}

// The same, the answer as it is.
export async function step(w, who, path, body) {
	const now = (await w.api(who, 'GET', path)).is(200);
	return w.api(who, 'POST', `${path}/transitions`, body, { 'if-match': now.etag });
}

export const handover = (w, who, id, body) => step(w, who, `/handovers/${id}`, body);

// A report that `who` has taken into triage: { id, path }.
export async function opened(w, who, members = {}) {
	const made = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, ...members })).is(201).body;
	const path = `/concern-reports/${made.id}`;
	await act(w, who, path, { action: 'start_triage' });
	return { id: made.id, path };
}

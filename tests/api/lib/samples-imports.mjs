// A sample of an import: one that has been received.
export const callers = { imports: 'drammen-dps:dps-1', exports: 'drammen-dps:pv-1' };
export const callersByOperation = { importContacts: 'drammen-kommune:mh-1', importHousing: 'drammen-kommune:mh-1' };

export async function makeImports(s, find) {
	const o = find('importAdmissions');
	s.at['/imports/{id}'] = (await s.w.api(s.caller(o), 'POST', o.path, s.body(o))).is(202).body.id;
	s.at['/imports/{id}/rows/{number}'] = [s.at['/imports/{id}'], '1'];
	const e = find('createExport');
	s.at['/exports/{id}'] = (await s.create(s.caller(e), e.path, s.body(e))).id;
}

// What the tests of every operation need for explanations, data subjects, calendars and alerts.
export const callers = { 'access-explanation': 'drammen-dps:tl-1', 'data-subject-requests': 'drammen-dps:pv-1', 'calendar-feeds': 'drammen-dps:tm-1', 'alert-settings': 'drammen-dps:tm-1', deviations: 'drammen-dps:tl-1' };

export const callersByOperation = { exportPatient: 'citizen:pt-1', printPatientExport: 'citizen:pt-1' };

export const bodies = {
	createAlertSetting: () => ({ address: `post-${crypto.randomUUID()}@drammen-dps.example` }),
	createDataSubjectRequest: (s) => ({ patient_id: s.patient }),
	createDeviation: (s) => ({ patient_id: s.patient }),
	transitionDataSubjectRequest: () => ({ action: 'verify_identity', identity_check: 'Legitimasjon vist', legal_basis: undefined, answer: undefined }),
};

export async function makeTrust(s, find) {
	const o = find('createDataSubjectRequest');
	const feed = await s.create('drammen-dps:tm-1', '/calendar-feeds', {});
	s.at['/calendar-feeds/{id}'] = feed.id;
	s.at['/calendar/{receipt}'] = feed.body.url.split('/').pop();
	// nobody exports another: the citizen of the tests, as a patient
	s.at['/patients/{id}/export'] = s.at['/patients/{id}/export/print'] = (await s.create('drammen-dps:tl-1', '/patients', { national_id: '01819012365' })).id;
	const deviation = find('createDeviation');
	s.at['/deviations/{id}'] = (await s.create(s.caller(deviation), deviation.path, s.body(deviation))).id;
	const alert = find('createAlertSetting');
	s.at['/alert-settings/{id}'] = (await s.create(s.caller(alert), alert.path, s.body(alert))).id;
	s.at['/data-subject-requests/{id}'] = (await s.create(s.caller(o), o.path, s.body(o))).id;
}

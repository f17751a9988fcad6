// The samples of intake: a draft, someone in the team, and referrals that the team may offer to others.
import { drafted, enrolled, received, referral } from '../intake-steps.mjs';

export const callers = { referrals: 'fastlege-demo:gp-1', enrolments: 'drammen-dps:tl-1' };

export const bodies = {
	createReferral: (s) => referral(s.w),
	createHandover: (s, fresh) => ({ entity_id: fresh ? s.assessed.pop() : s.assessed[0], to_unit_id: s.ids.unit['lier-kommune:mottak'] }),
};

export async function makeIntake(s) {
	s.at['/referrals/{id}'] = (await drafted(s.w)).id;
	s.at['/enrolments/{id}'] = (await enrolled(s.w)).id;
	s.assessed = [];
	for (let i = 0; i < 4; i++) s.assessed.push((await received(s.w)).id);
}

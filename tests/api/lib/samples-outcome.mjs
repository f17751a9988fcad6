// Samples of status and outcome: callers, bodies, and what there is one of each.
const leader = 'drammen-dps:tl-1';
export const callers = { instruments: leader, assessments: leader, 'life-situations': leader, 'somatic-assessments': leader, 'user-surveys': leader, 'staff-surveys': leader };
export const callersByOperation = { submitUserExperienceSurvey: 'citizen:pt-1' };

const about = (s) => ({ patient_id: s.patient });
export const bodies = { createAssessment: about, createLifeSituation: about, createSomaticAssessment: about };

export const things = { '/assessments/{id}': 'createAssessment', '/life-situations/{id}': 'createLifeSituation', '/somatic-assessments/{id}': 'createSomaticAssessment' };

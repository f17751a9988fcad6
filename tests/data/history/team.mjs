// Who works where: the team of Drammen DPS and those beside it. People are named agency:subject as in the demo agencies.
export const team = 'drammen-dps:fact';
export const clinic = 'drammen-dps:poliklinikk';
export const leader = 'drammen-dps:tl-1';
export const quality = 'drammen-dps:qm-1';
export const specialist = 'drammen-dps:dps-1';
export const clinicLeader = 'drammen-dps:tl-2';
export const members = ['drammen-dps:tm-1', 'drammen-dps:tm-2', 'drammen-dps:tm-4', 'drammen-dps:tm-5', 'drammen-dps:tm-6'];
export const jobSpecialist = 'drammen-dps:tm-3';
export const gp = 'fastlege-demo:gp-1';
export const gpOffice = 'fastlege-demo:kontor';
export const nav = 'nav-drammen:nav-1';
export const navOffice = 'nav-drammen:kontor';
// the doctor behind a referral whose author is none
export const doctor = { name: 'Camilla Rud', profession: 'LE', hpr_number: '500000051' };

// The municipality's side, by its number.
export const municipal = {
	3301: { agency: 'drammen-kommune', unit: 'drammen-kommune:mottak', workers: ['drammen-kommune:mh-1', 'drammen-kommune:mh-2'],
		leader: 'drammen-kommune:tl-1', coordinator: 'drammen-kommune:co-1', coordinating: 'drammen-kommune:koordinering',
		housing: 'drammen-kommune:ho-1', housingUnit: 'drammen-kommune:bolig' },
	3312: { agency: 'lier-kommune', unit: 'lier-kommune:mottak', workers: ['lier-kommune:mh-1'],
		leader: 'lier-kommune:tl-1', coordinator: 'lier-kommune:co-1', coordinating: 'lier-kommune:mottak' },
};

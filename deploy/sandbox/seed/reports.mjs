// Concern reports in several states. The first is the story of the quick start: the police write to Drammen,
// Drammen offers the case to Lier, Lier rejects it, Drammen DPS accepts it, acts and closes it.
import { syntheticNumber } from './people.mjs';

// One report and who works on it.
class Report {
	constructor(client, name) {
		this.client = client;
		this.name = name;
		this.step = 0;
	}

	async create(as, body) {
		const { id } = await this.client.create(`report-${this.name}`, as, '/concern-reports', { subject_informed: 'NO', ...body });
		this.path = `/concern-reports/${id}`;
		return this;
	}

	async act(as, action, members = {}) {
		await this.client.act(`report-${this.name}-${this.step++}-${action}`, as, this.path, { action, ...members });
		return this;
	}

	async triage(as, severity, subject) {
		await this.act(as, 'start_triage');
		if (subject) await this.act(as, 'identify_subject', { subject });
		return this.act(as, 'set_severity', { severity, has_minor_children: 'NO', pregnant: 'NOT_APPLICABLE' });
	}

	// Offers it to a unit; the receiver's answer comes through the handover alone.
	async forward(as, target_unit_id, reason) {
		await this.act(as, 'forward', { target_unit_id, reason, legal_basis: 'HPL_COOPERATING' });
		const key = `report-${this.name}-${this.step++}-offer`;
		if (!this.client.done.has(key)) {
			const { body } = await this.client.get(as, this.path);
			this.client.finish(key, { id: body.handover?.id });
		}
		this.handover = `/handovers/${this.client.done.get(key).id}`;
		return this;
	}

	async answer(as, action, members = {}) {
		await this.client.act(`report-${this.name}-${this.step++}-${action}`, as, this.handover, { action, ...members });
		return this;
	}
}

const drammen = { municipality_number: '3301' };

async function story(client, units) {
	const r = await new Report(client, 'story').create('politi-demo:po-1', {
		...drammen, type: 'POLICE_CONCERN',
		subject: { number: syntheticNumber('1988-04-17', 120), given_name: 'Stille', family_name: 'Elvedal' },
		observed: 'Patruljen har vært på adressen tre ganger på to uker. Mannen har sluttet å spise og snakker med noen som ikke er der.',
		feared: 'At han ikke klarer seg alene', danger: { self: 2, others: 0 }, has_minor_children: 'NO',
		sender: { wants_feedback: true, may_be_contacted: true },
	});
	const mh = 'drammen-kommune:mh-1';
	const dps = 'drammen-dps:dps-1';
	await r.triage(mh, 'ORANGE', { given_name: 'Stille', family_name: 'Elvedal' });
	await r.forward(mh, units['lier-kommune:mottak'], 'Oppgitt adresse er i Lier');
	await r.answer('lier-kommune:mh-1', 'reject', { reason: 'Personen er bosatt i Drammen' });
	await r.forward(mh, units['drammen-dps:poliklinikk'], 'Tegn til psykose, trenger spesialisthelsetjeneste');
	await r.answer(dps, 'accept');
	await r.act(dps, 'investigate');
	await r.act(dps, 'start_action', { outcome_codes: ['HELP_ACCEPTED', 'REFERRED_TEAM'] });
	await r.act(dps, 'close', { outcome_codes: ['HELP_ACCEPTED', 'REFERRED_TEAM'], feedback_decision: 'GIVE',
		assessment_text: 'Oppsøkt hjemme sammen med fastlegen. Tar imot hjelp, følges opp av FACT-teamet.' });
}

async function waiting(client, units) {
	await new Report(client, 'relative').create('citizen:re-1', {
		...drammen, type: 'SUBSTANCE_RELATIVE', subject: { given_name: 'Rask', family_name: 'Furu', approximate_age: 34 },
		observed: 'Broren min drikker hver dag og åpner ikke døra', has_minor_children: 'UNKNOWN',
		sender: { category: 'RELATIVE', relation: 'bror', wants_feedback: true },
	});
	const nav = await new Report(client, 'nav').create('nav-drammen:nav-1', {
		...drammen, type: 'GENERAL_ADULT', subject: { given_name: 'Klok', family_name: 'Rogn', birth_date: '1979-02-03' },
		observed: 'Har ikke møtt til tre avtaler og svarer ikke på telefon', has_minor_children: 'NO',
	});
	await nav.triage('drammen-kommune:mh-2', 'YELLOW');
	await nav.act('drammen-kommune:mh-2', 'request_info', { requested_from: 'NAV Drammen' });
	const gp = await new Report(client, 'pregnant').create('fastlege-demo:gp-1', {
		municipality_number: '3312', type: 'PREGNANT_SUBSTANCE', subject: { given_name: 'Lun', family_name: 'Hei', approximate_age: 27 },
		observed: 'Gravid i uke 14, opplyser om daglig bruk av benzodiazepiner', pregnant: 'YES', has_minor_children: 'NO',
	});
	await gp.act('lier-kommune:mh-1', 'start_triage');
	await gp.act('lier-kommune:mh-1', 'set_severity', { severity: 'ORANGE', has_minor_children: 'NO', pregnant: 'YES' });
	await gp.act('lier-kommune:mh-1', 'investigate');
	const offered = await new Report(client, 'offered').create('ovre-eiker-kommune:mh-1', {
		receiving_unit_id: units['ovre-eiker-kommune:mottak'], type: 'GENERAL_ADULT', channel: 'PHONE',
		subject: { number: syntheticNumber('1971-09-30', 250), given_name: 'Mild', family_name: 'Tind' },
		observed: 'Naboen hører roping om natta og har sett at strømmen er stengt', has_minor_children: 'NO',
		sender: { category: 'NEIGHBOUR', name: 'Lys Bekk', phone: '+4700557001', wants_feedback: true },
	});
	await offered.triage('ovre-eiker-kommune:mh-1', 'YELLOW', { given_name: 'Mild', family_name: 'Tind' });
	await offered.forward('ovre-eiker-kommune:mh-1', units['drammen-dps:fact'], 'Kjent psykoselidelse, uten oppfølging');
}

async function ended(client) {
	const child = await new Report(client, 'child').create('politi-demo:po-2', {
		...drammen, type: 'CHILD', subject: { description: 'To barn, anslagsvis 4 og 7 år' },
		observed: 'Alene hjemme ved middagstid da patruljen kom', has_minor_children: 'YES', danger: { children: 2 },
	});
	await child.act('drammen-kommune:mh-1', 'start_triage');
	await child.act('drammen-kommune:mh-1', 'transfer_out', {
		receiver: { kind: 'CHILD_WELFARE', name: 'Barneverntjenesten i Drammen' }, receipt: { reference: 'BV-2026-0117' } });
	const vague = await new Report(client, 'dismissed').create('drammen-kommune:mh-2', {
		...drammen, type: 'GENERAL_ADULT', channel: 'PHONE', subject: { description: 'Mann med grå frakk på torget' },
		observed: 'Satt lenge på en benk', has_minor_children: 'UNKNOWN', sender: { category: 'OTHER_PRIVATE', name: 'Varm Måke' },
	});
	await vague.act('drammen-kommune:mh-2', 'start_triage');
	await vague.act('drammen-kommune:mh-2', 'dismiss', { dismissal_reason: 'NOT_IDENTIFIABLE' });
	await vague.act('drammen-kommune:ko-1', 'confirm');
	const acute = await new Report(client, 'acute').create('politi-demo:po-1', {
		...drammen, type: 'ACUTE', subject: { given_name: 'Våken', family_name: 'Strand', approximate_age: 41 },
		observed: 'Sto på brua og sa at alt var over, ble kjørt til legevakta', has_minor_children: 'NO', danger: { self: 3 },
	});
	await acute.triage('drammen-kommune:mh-1', 'RED');
	await acute.act('drammen-kommune:mh-1', 'investigate');
	await acute.act('drammen-kommune:mh-1', 'start_action', { outcome_codes: ['EMERGENCY_CALLED'] });
	await acute.act('drammen-kommune:mh-1', 'close', { outcome_codes: ['EMERGENCY_CALLED'], feedback_decision: 'GIVE',
		assessment_text: 'Innlagt samme kveld' }); // red: waits for a second person
}

// From a private person's web form, without a token; the receipt code is theirs alone and is not kept here.
async function anonymous(client) {
	await client.create('report-anonymous', null, '/public/concern-reports', {
		...drammen, type: 'GENERAL_ADULT', subject: { description: 'Kvinne i 60-årene i tredje etasje' },
		observed: 'Går ute om natta uten yttertøy', has_minor_children: 'UNKNOWN',
		sender: { category: 'NEIGHBOUR', anonymous: true },
	});
}

export async function loadReports(client, units) {
	await story(client, units);
	await waiting(client, units);
	await ended(client);
	await anonymous(client);
}

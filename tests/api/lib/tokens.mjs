// Signed tokens for the demo people, and for people who lie.
import { constants, createPrivateKey, createSign, randomUUID, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { environment } from './environment.mjs';

const readJson = (name) => JSON.parse(readFileSync(`${environment.keys}/${name}`, 'utf8'));
export const agencies = readJson('agencies.json');
const keys = new Map();

export const scopes = ['plans.read', 'plans.write',
	'changes.read', 'subscriptions.manage',
	'directory.read', 'directory.write', 'patients.read', 'patients.write', 'consents.read', 'consents.write',
	'access-log.read', 'concern-reports.read', 'concern-reports.write', 'tasks.read', 'tasks.write', 'handovers.read',
	'handovers.write', 'contacts.read', 'contacts.write', 'board.read', 'board.write', 'emergency.write', 'admissions.read', 'admissions.write', 'coercion.read', 'coercion.write', 'opioid-substitution.read',
	'opioid-substitution.write', 'referrals.read', 'referrals.write', 'enrolments.read', 'enrolments.write', 'assessments.read', 'assessments.write',
	'privacy.read', 'privacy.write', 'deviations.read', 'deviations.write', 'projects.read', 'projects.write', 'learning.read', 'learning.write', 'notifications.write', 'surveys.read', 'surveys.write', 'fhir.read', 'fhir.write', 'fhir.export', 'imports.write', 'exports.read'];
const purposes = { PT: 'SELF', RE: 'SELF', QM: 'QA', PM: 'ADMIN', SG: 'ADMIN', PV: 'ADMIN', SA: 'ADMIN', SY: 'ADMIN',
	CO: 'COC', CU: 'COC', NAV: 'COC', HO: 'COC', PO: 'COC' };

// The agency's private key: { jwk, key }.
export function keyOf(slug) {
	if (!keys.has(slug)) {
		const jwk = readJson(`${slug}.jwk.json`);
		keys.set(slug, { jwk, key: createPrivateKey({ key: jwk, format: 'jwk' }) });
	}
	return keys.get(slug);
}

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signature(alg, input, key) {
	const hash = `sha${alg.slice(2)}`;
	if (alg.startsWith('ES')) return signBytes(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
	if (alg.startsWith('PS')) return signBytes(hash, Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
	return createSign(hash).update(input).sign(key);
}

// Any token: header and claims as given (objects, or JSON text for what JSON.stringify cannot say).
export function signToken({ header, claims, key }) {
	const alg = typeof header === 'string' ? JSON.parse(header).alg : header.alg;
	const input = `${encode(header)}.${encode(claims)}`;
	return `${input}.${signature(alg, input, key).toString('base64url')}`;
}

// 'slug:subject' or 'slug/ROLE' or { agency, role, subject } → the agency's and the person's entries.
export function find(who) {
	const [, slug, by, name] = typeof who === 'string' ? who.match(/^([a-z-]+)([:/])([\w-]+)$/) ?? [] : [];
	const wanted = typeof who === 'string' ? { agency: slug, [by === ':' ? 'subject' : 'role']: name } : who;
	const agency = agencies.find((a) => a.slug === wanted.agency);
	const person = agency?.staff.find((p) => (!wanted.role || p.role === wanted.role) && (!wanted.subject || p.subject === wanted.subject));
	if (!agency || !(person ?? (wanted.role && wanted.subject))) throw new Error(`nobody is ${JSON.stringify(who)}`);
	return { agency, person: person ?? { role: wanted.role, subject: wanted.subject, name: 'Ukjent' } };
}

// The claims of domain.md §8.5 for one of the demo people.
export function claimsFor(who, seconds = 600) {
	const { agency, person } = find(who);
	const now = Math.floor(Date.now() / 1000);
	const common = { iss: agency.issuer, aud: agency.audience, sub: person.subject, name: person.name, role: person.role,
		scope: (person.role === 'SA' ? [...scopes, 'admin'] : scopes).join(' '), purpose_of_use: purposes[person.role] ?? 'TREAT',
		iat: now, exp: now + seconds, jti: randomUUID() };
	if (agency.profile === 'citizen') return { ...common, pid: person.pid, acr: 'idporten-loa-high' };
	return { ...common, agency: { orgnr: agency.organisation_number, name: agency.name }, hpr_nr: person.hpr_number, acr: 'Level4' };
}

// A good token, or with { header, claims, key, drop: [names] } one that differs in just that.
export function tokenFor(who, { header = {}, claims = {}, key, drop = [], seconds } = {}) {
	const { agency } = find(who);
	const own = keyOf(agency.slug);
	const all = { ...claimsFor(who, seconds), ...claims };
	for (const name of drop) delete all[name];
	return signToken({ header: { alg: 'ES256', typ: 'JWT', kid: own.jwk.kid, ...header }, claims: all, key: key ?? own.key });
}

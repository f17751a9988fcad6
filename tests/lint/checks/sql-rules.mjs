// The house rules of SQL: row security, owner's rights, settings and the clock (docs/architecture.md).
import { files, namedStatements, plainSql, read, sqlStatements } from '../lib.mjs';

export const about = 'views, person tables, SECURITY DEFINER, settings and clock as the house wants';
const listFile = 'tests/lint/security-definer.txt';
const searchPath = /set\s+search_path\s*=\s*pg_catalog,\s*public,\s*pg_temp/i;
// what a caller's temporary table could hide; functions and operators are never looked up among these
const bareTable = /\b(?:from|join|update|insert\s+into|delete\s+from)\s+(?:only\s+)?(?!public\.|distinct\b|unnest\b|null\b|lateral\b)[a-z_]\w*(?!\s*\()/i;
// real time belongs to the clock itself, to the access log and its seals, news and its way to subscribers, idempotency, tokens and retention of them
const realTime = /\b(clock_\w+|access_log\w*|log_seal\w*|outbox\w*|idempotency\w*|subscription\w*|fhir_subscription_state|delivery\w*|job_deliveries|dpop_\w+|registry_change\w*|request_begin)/
const realTimeStatements = ['log', 'denial', 'dpop_first_use', 'delivery_keys',
	'getBoard.version']; // asked for without settings: it adds the sandbox's lead by itself

function ups() {
	return files(/^sql\/migrations\/.*\.sql$/).flatMap((file) => {
		const up = read(file).split(/^-- migrate:down/m)[0];
		return sqlStatements(up).map((s) => ({ file, ...s }));
	});
}

function views(statements, report) {
	for (const s of statements) {
		const m = s.text.match(/^create\s+(?:or\s+replace\s+)?(?:materialized\s+)?view\s+(\S+)([\s\S]*?)\bas\b/i);
		if (m && !/with\s*\(\s*security_invoker(\s*=\s*(true|on))?\s*\)/i.test(m[2])) report(s.file, s.line, `view ${m[1]} is not security_invoker`);
	}
}

function personTables(statements, report) {
	const all = statements.map((s) => s.text).join('\n');
	for (const s of statements) {
		const m = s.text.match(/^create\s+table\s+(?:if\s+not\s+exists\s+)?([\w.]+)\s*\(([\s\S]*)/i);
		if (!m || !(m[1] === 'patient' || /\bpatient_id\s+uuid\b/.test(m[2]) || /references\s+patient\b/.test(m[2]))) continue;
		const [, name] = m;
		if (!new RegExp(`alter\\s+table\\s+${name}\\s+enable\\s+row\\s+level\\s+security`, 'i').test(all))
			report(s.file, s.line, `person table ${name} has no row level security`);
		const granted = new RegExp(`grant[^;]*\\bon\\b[^;]*\\b${name}\\b[^;]*samhandling_service`, 'i').test(all);
		if (granted && !new RegExp(`create\\s+policy\\s+\\w+\\s+on\\s+${name}\\b|install_\\w+_policy\\('${name}'`, 'i').test(all))
			report(s.file, s.line, `person table ${name} is granted to the service but has no policy`);
	}
}

function ownersRights(statements, report) {
	const listed = new Map(read(listFile).split('\n').filter((l) => l.trim() && !l.startsWith('#')).map((l) => [l.split(/\s+/)[0], l]));
	const seen = new Set();
	for (const s of statements) {
		const m = s.text.match(/^create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+([\w.]+)/i);
		if (!m || !/\bsecurity\s+definer\b/i.test(s.text)) continue;
		seen.add(m[1]);
		if (!listed.has(m[1])) report(s.file, s.line, `${m[1]} runs with the owner's rights but is not in ${listFile}`);
		if (!searchPath.test(s.text) && bareTable.test(plainSql(s.text)))
			report(s.file, s.line, `${m[1]} runs with the owner's rights without 'set search_path = pg_catalog, public, pg_temp', and names a table without its schema`);
	}
	for (const [name, line] of listed) {
		if (!seen.has(name)) report(listFile, null, `${name} does not exist or does not run with the owner's rights`);
		if (!/\S+\s+\S+\s+\S+/.test(line)) report(listFile, null, `${name} has no reason`);
	}
}

// Reading `app.x` unset gives NULL, after a transaction that set it ''; a cast of '' fails.
function settings(statements, report) {
	for (const s of statements)
		for (const m of s.text.matchAll(/current_setting\(([^()]*)\)/g)) {
			if (!/,\s*true\s*$/.test(m[1])) report(s.file, s.line, `current_setting(${m[1]}) without ', true'`);
			const before = s.text.slice(0, m.index);
			const after = s.text.slice(m.index + m[0].length);
			const bare = /^\s*::\s*(?!text\b)/.test(after) || /cast\(\s*$/i.test(before);
			const coalesced = /coalesce\(\s*$/.test(before) && /^\s*,\s*[^()]*\)\s*::\s*(?!text\b)/.test(after);
			if (bare || coalesced) report(s.file, s.line, `current_setting(${m[1]}) is cast without nullif(…, '')`);
		}
}

function clock(statements, report) {
	for (const s of statements) {
		if (s.name ? realTimeStatements.includes(s.name) : realTime.test(s.text.slice(0, 200))) continue;
		const m = plainSql(s.text, false).match(/\bnow\(\)|\bcurrent_(date|timestamp|time)\b|\b(clock|statement|transaction)_timestamp\(\)|\blocaltime(stamp)?\b/i);
		if (m) report(s.file, s.line, `${m[0]} is not domain time: use clock_now() or clock_today()`);
	}
}

// In an SQL function a column hides a parameter of the same name: the condition is then true of every row.
function hiddenParameters(statements, report) {
	const columns = new Map();
	for (const s of statements) {
		const m = s.text.match(/^create\s+table\s+([\w.]+)\s*\(([\s\S]*)\)/i);
		if (m) columns.set(m[1], new Set([...m[2].matchAll(/^\s*(\w+)\s+\w+/gm)].map((c) => c[1])));
	}
	for (const s of statements) {
		const m = s.text.match(/^create\s+(?:or\s+replace\s+)?function\s+(\w+)\s*\(([^)]*)\)[\s\S]*?language\s+sql\b([\s\S]*)/i);
		if (!m) continue;
		const tables = [...m[3].matchAll(/\b(?:from|join|update)\s+(\w+)/gi)].map((t) => t[1]).filter((t) => columns.has(t));
		for (const name of m[2].split(',').map((p) => p.trim().replace(/^variadic\s+/i, '').split(/\s+/)[0]))
			for (const t of tables)
				if (columns.get(t).has(name) && new RegExp(`(?<![\\w.$])${name}(?![\\w(.])`).test(m[3].replace(/'[^']*'/g, '')))
					report(s.file, s.line, `${m[1]}: the parameter '${name}' is hidden by ${t}.${name}: rename it or write $n`);
	}
}

export async function check(report) {
	const migrations = ups();
	const queries = namedStatements().map((s) => ({ ...s, text: plainSql(s.text) }));
	views(migrations, report);
	personTables(migrations, report);
	hiddenParameters(migrations, report);
	ownersRights(migrations, report);
	settings([...migrations, ...queries], report);
	clock([...migrations, ...queries], report);
}

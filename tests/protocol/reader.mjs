// A second reading of HTTP/1.1, written from RFC 9110 and 9112 and from nothing of ours: what a strict reader in front of the
// service takes a run of bytes for. Two readers that count requests differently are what smuggling is made of.
import {isUtf8} from 'node:buffer';
import net from 'node:net';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const limits = {headers: 64, target: 8192, head: 16384, body: 1048576};

class Refused extends Error {}
class Waiting extends Error {}
const must = (fine) => { if (!fine) throw new Refused(); };

// A line without its CR LF, and where the next begins; what is wrong with a beginning is wrong with the whole.
function lineAt(bytes, at) {
	const end = bytes.indexOf('\r\n', at);
	const text = end < 0 ? bytes.slice(at).replace(/\r$/, '') : bytes.slice(at, end);
	must([...text].every((c) => c === '\t' || (c >= ' ' && c !== '\x7f')));
	if (end < 0) throw new Waiting();
	return {text, next: end + 2};
}

function isAuthority(text) {
	const [, host, port] = /^(\[[^\]]*\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
	return host !== undefined && host.length <= 255 && (host[0] !== '[' || net.isIPv6(host.slice(1, -1))) && (port === undefined || Number(port) <= 65535);
}

function readTarget(text) {
	must(text.length <= limits.target);
	const [, authority, rest] = text[0] === '/' ? [null, null, text] : /^https?:\/\/([^/?]*)(.*)$/i.exec(text) ?? [];
	must(rest !== undefined && (authority === null || isAuthority(authority)));
	must(/^[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*(\?[!$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]*)?$/.test(rest));
	const path = rest.split('?')[0];
	must(!/%(?![0-9A-Fa-f]{2})|%00/.test(path));
	const segments = path === '' || path === '/' ? [] : path.slice(1).split('/').map((s) => Buffer.from(unescape(s), 'latin1'));
	must(segments.every((s) => isUtf8(s) && s.length > 0 && !['.', '..'].includes(String(s))));
	return authority;
}

function readHeaders(bytes, at) {
	const headers = [];
	for (let line = lineAt(bytes, at); line.text !== ''; line = lineAt(bytes, at)) {
		const colon = line.text.indexOf(':');
		must(colon > 0 && token.test(line.text.slice(0, colon)) && headers.length < limits.headers);
		const value = line.text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
		must(isUtf8(Buffer.from(value, 'latin1')));
		headers.push([line.text.slice(0, colon).toLowerCase(), value]);
		at = line.next;
	}
	return {headers, next: at + 2};
}

function chunkedEnd(bytes, at) {
	for (let most = 0; ;) {
		const line = lineAt(bytes, at);
		const [, hex] = /^([0-9A-Fa-f]{1,8})(;[!#$%&'*+.^_`|~0-9A-Za-z-]+(=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(\\.|[^"\\])*"))?)*$/.exec(line.text) ?? [];
		must(hex !== undefined && line.text.length <= 1024);
		const size = parseInt(hex, 16);
		must((most += size) < limits.body);
		at = line.next;
		if (size === 0) break;
		if (bytes.length < at + size) throw new Waiting();
		at += size;
		if (bytes.length < at + 2) { must('\r\n'.startsWith(bytes.slice(at))); throw new Waiting(); }
		must(bytes.slice(at, at + 2) === '\r\n');
		at += 2;
	}
	const {headers, next} = readHeaders(bytes, at);
	must(!headers.some(([name]) => ['transfer-encoding', 'content-length', 'host', 'content-encoding', 'trailer', 'authorization'].includes(name)));
	return next;
}

function bodyEnd(bytes, at, all, old) {
	const [lengths, codings] = ['content-length', 'transfer-encoding'].map(all);
	must(lengths.length <= 1 && codings.length <= 1 && lengths.length + codings.length <= 1);
	if (codings.length === 1) {
		must(!old && codings[0].toLowerCase() === 'chunked');
		return chunkedEnd(bytes, at);
	}
	if (lengths.length === 0) return at;
	must(/^\d{1,18}$/.test(lengths[0]) && Number(lengths[0]) <= limits.body);
	if (bytes.length < at + Number(lengths[0])) throw new Waiting();
	return at + Number(lengths[0]);
}

// One request from `at`: where it ends, and whether the connection lasts.
function readRequest(bytes, at) {
	if (bytes.startsWith('\r\n', at)) at += 2;
	const first = lineAt(bytes, at);
	const [method, target, version, ...more] = first.text.split(' ');
	must(more.length === 0 && version !== undefined && /^HTTP\/1\.[01]$/.test(version) && token.test(method) && methods.has(method));
	const authority = readTarget(target);
	const {headers, next} = readHeaders(bytes, first.next);
	must(next - at <= limits.head);
	const all = (name) => headers.filter(([n]) => n === name).map(([, value]) => value);
	const old = version === 'HTTP/1.0', hosts = all('host');
	must(hosts.length === 1 || (old && hosts.length === 0 && authority === null));
	must(hosts.every(isAuthority) && (authority === null || authority.toLowerCase() === hosts[0].toLowerCase()));
	must(all('expect').every((e) => e.toLowerCase() === '100-continue'));
	const close = all('connection').some((c) => c.toLowerCase().split(',').some((w) => w.trim() === 'close'));
	return {end: bodyEnd(bytes, next, all, old), lasts: !old && !close, method};
}

// How many requests these bytes are, and what stands behind them: 'open', 'refused', 'closed' or 'waiting'.
export function read(bytes) {
	const found = {methods: [], then: 'open'};
	for (let at = 0; at < bytes.length && found.then === 'open';) {
		try {
			const one = readRequest(bytes, at);
			found.methods.push(one.method);
			at = one.end;
			if (!one.lasts) found.then = 'closed';
		} catch (e) {
			if (!(e instanceof Refused || e instanceof Waiting)) throw e;
			found.then = e instanceof Refused ? 'refused' : 'waiting';
		}
	}
	return found;
}

// Request lines: methods, targets, versions, blanks.
import {get, head, host, refused, served, shown} from './parts.mjs';

const controls = [...Array(32).keys(), 127].filter((c) => ![10, 13].includes(c));
const char = (code) => String.fromCharCode(code);

const methods = [
	...['get', 'Get', 'gET', 'GETT', 'G', 'FOO', 'TRACE', 'CONNECT', 'PROPFIND', 'MKCOL', 'LOCK',
		'REPORT', 'PURGE', 'LINK', 'PRI', 'A'.repeat(100), "!#$%&'*+-.^_`|~"]
		.map((m) => [m, 501]),
	...['G(T', 'G"T', 'G/T', 'G:T', 'G,T', 'G;T', 'G<T', 'G=T', 'G@T', 'G[T', 'G\\T', 'G{T', 'G\xe6T', '']
		.map((m) => [m, 400]),
];

const versions = [
	...['1.10', '1.2', '1.9', '2.0', '2', '3', '0.9', '9.9', '1', '1.', '.1', '1.1.1', '01.1', '1.01', '11.1',
		'1,1', '1.1x', 'x', '', '-1.1', '+1.1', '1.1/', '1.1%20', '4294967297.1', '1.4294967297', '\xb9.1']
		.map((v) => [`HTTP/${v}`, [400, 505]]),
	...['http/1.1', 'Http/1.1', 'HTP/1.1', 'HTTPS/1.1', 'HTTP', 'HTTP 1.1', 'HTTP//1.1', 'ICY/1.1', 'RTSP/1.0', '1.1',
		'HTTP/ 1.1', 'HTTP /1.1', 'HTTP/1.1 x', 'XHTTP/1.1'].map((v) => [v, [400, 505]]),
];

const targets = [
	...['x', 'x/y', '?x', '.', '..', '//', 'x.example', 'x.example:80', 'x.example:80/x', ':80', 'http', 'http:', 'http:/',
		'http://', 'http:///x', 'http://?x', 'ftp://x.example/', 'file:///etc/passwd', 'javascript:1',
		'https://', 'ws://x.example/', 'http:x.example', 'http:\\\\x.example\\', 'http//x.example/',
		'http://u@x.example/', 'http://u:p@x.example/', 'http://x.example:/', 'http://x.example:x/',
		'http://x.example:99999/', 'http://[::1/', 'http://[x]/', 'http://x.example#f', 'http://other.example/',
		'http://x.example.evil.example/', 'http://x.example:81/', 'http://x.example@other.example/',
		'https://other.example/x', 'HTTP://OTHER.example/'].map((t) => [t, [400, 404]]),
	...['/#', '/a#b', '/"', '/<a>', '/a\\b', '/^', '/`', '/{a}', '/a|b', '/[a]', '/\xe6', '/\xc3\xa6', '/?\xc3\xa6', '/?\xff',
		'/?a=<b>', '/?"', '/?a\\b', '/?#', '/?^', '/?`', '/?{', '/?|'].map((t) => [t, 400]),
	...controls.map((c) => [`/a${char(c)}b`, 400]),
	...controls.map((c) => [`/?a${char(c)}b`, 400]),
];

const escapes = ['%', '%2', '%zz', '%2g', '%g2', '%-1', '% 1', '%%20', '%u0041', '%00', 'a%00', '%00a', '%2500%', '%c3',
	'%ff', '%fe%ff', '%c0%af', '%c1%81', '%e0%80%af', '%ed%a0%80', '%f5%80%80%80', '%c3%28'];

const nowhere = ['/a/', '//', '//a', '/a//b', '/.', '/..', '/./a', '/../a', '/a/.', '/a/..', '/a/../b', '/%2e', '/%2E%2E',
	'/.%2e/a', '/a/%2e%2e/b', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', `/${'a/'.repeat(40)}b`];

const blanks = [
	['two blanks after the method', 'GET  / HTTP/1.1'],
	['two blanks after the target', 'GET /  HTTP/1.1'],
	['a blank before the method', ' GET / HTTP/1.1'],
	['a blank after the version', 'GET / HTTP/1.1 '],
	['a tab after the version', 'GET / HTTP/1.1\t'],
	['tabs for blanks', 'GET\t/\tHTTP/1.1'],
	['a tab before the target', 'GET \t/ HTTP/1.1'],
	['a vertical tab for a blank', 'GET\x0b/ HTTP/1.1'],
	['a form feed for a blank', 'GET\x0c/ HTTP/1.1'],
	['a no-break space for a blank', 'GET\xa0/ HTTP/1.1'],
	['a blank in the target', 'GET /a b HTTP/1.1'],
	['no target', 'GET HTTP/1.1'],
	['an empty target', 'GET  HTTP/1.1'],
	['the method alone', 'GET'],
	['the method and a blank', 'GET '],
	['only blanks', '   '],
	['HTTP/0.9', 'GET /'],
	['HTTP/0.9 with a blank', 'GET / '],
	['the parts in another order', '/ GET HTTP/1.1'],
	['an answer for a request', 'HTTP/1.1 200 OK'],
	['a colon for a line', 'Host: x.example'],
	['two request lines', 'GET / HTTP/1.1\r\nGET / HTTP/1.1'],
	['a version twice', 'GET / HTTP/1.1 HTTP/1.1'],
];

export default [
	served('a plain request', get()),
	served('an empty line before the request', `\r\n${get()}`),
	served('HEAD', head('HEAD {path} HTTP/1.1'), {method: 'HEAD'}),
	served('the target in absolute form', head('GET http://x.example{path} HTTP/1.1')),
	served('the target in absolute form, in capitals', head('GET HTTP://X.EXAMPLE{path} HTTP/1.1')),
	served('a query', head('GET {path}?a=b%20c&d=[e]/?:@ HTTP/1.1'), {anyStatus: true}),
	served('an escape in the path', head('GET /a%2Fb%20c%C3%A6 HTTP/1.1'), {anyStatus: true}),
	...methods.map(([m, s]) => refused(`method '${shown(m)}'`, head(`${m} / HTTP/1.1`), m === '' ? [400, 501] : s)),
	...versions.map(([v, s]) => refused(`version '${shown(v)}'`, head(`GET / ${v}`), s)),
	...targets.map(([t, s]) => refused(`target '${shown(t)}'`, head(`GET ${t} HTTP/1.1`), s)),
	...escapes.map((e) => refused(`escape '${e}'`, head(`GET /a/${e}/b HTTP/1.1`), 400)),
	...nowhere.map((p) => refused(`path '${shown(p)}'`, head(`GET ${p} HTTP/1.1`), 404)),
	...blanks.map(([name, line]) => refused(name, head(line), [400, 501, 505])),
	refused('OPTIONS *', head('OPTIONS * HTTP/1.1'), [400, 405, 501]),
	refused('GET *', head('GET * HTTP/1.1'), [400, 405, 501]),
	refused('CONNECT', head('CONNECT x.example:443 HTTP/1.1'), [405, 501]),
	refused('two empty lines before the request', `\r\n\r\n${get()}`),
	refused('a bare LF before the request', `\n${get()}`),
	refused('a bare CR before the request', `\r${get()}`),
	refused('a NUL before the request', `\0${get()}`),
	refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]),
	refused('a hello of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
	refused('a hello of SSH', 'SSH-2.0-OpenSSH_9.2\r\n'),
	refused('a line of SMTP', 'EHLO x.example\r\n', [400, 501, 505]),
	refused('a hello of SOCKS', '\x05\x01\x00'),
	refused('a header of the PROXY protocol', `PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n${get()}`, [400, 501]),
	refused('a header of PROXY protocol 2', '\r\n\r\n\0\r\nQUIT\n'),
	refused('a byte order mark', `\xef\xbb\xbf${get()}`, [400, 501]),
	refused('JSON alone', '{"a":1}\r\n', [400, 501]),
	refused('HTTP/1.0 and absolute form without Host', `GET http://x.example/ HTTP/1.0\r\n\r\n`),
	refused('another host than the target\'s', `GET http://x.example/ HTTP/1.1\r\nHost: y.example\r\n\r\n`),
	refused('LF for CR LF', get().replaceAll('\r\n', '\n')),
	refused('LF after the request line', get().replace('\r\n', '\n')),
	refused('CR for CR LF', get().replaceAll('\r\n', '\r')),
	refused('CR CR LF', get().replaceAll('\r\n', '\r\r\n')),
	refused('LF CR', get().replaceAll('\r\n', '\n\r')),
	refused('LF at the end of the head', `GET / HTTP/1.1\r\n${host}\n`),
	refused('LF LF at the end of the head', `GET / HTTP/1.1\r\nHost: x.example\n\n`),
	refused('CR LF LF', `GET / HTTP/1.1\r\nHost: x.example\r\n\n`),
	refused('NUL in the request line', 'GET /\0 HTTP/1.1\r\n'),
];

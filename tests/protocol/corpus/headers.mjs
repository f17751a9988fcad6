// Header lines: names, values, colons, folding, Host, limits, Expect.
import {get, head, host, poison, post, refused, served, shown} from './parts.mjs';

const char = (code) => String.fromCharCode(code);
const controls = [...Array(32).keys(), 127].filter((c) => ![9, 10, 13].includes(c));
const separators = [...'()<>@,;\\"/[]?={}'];

const colons = [
	['no colon', 'Nonsense'],
	['no colon, with blanks', 'not a header'],
	['a blank before the colon', 'X : y'],
	['blanks before the colon', 'X   : y'],
	['a tab before the colon', 'X\t: y'],
	['a no-break space before the colon', 'X\xa0: y'],
	['no name', ': y'],
	['a colon alone', ':'],
	['a blank for a name', ' : y'],
	['a blank in the name', 'X Y: z'],
	['an equals sign for the colon', 'X=y'],
	['a semicolon for the colon', 'X;y'],
	['a blank before Content-Length\'s colon', 'Content-Length : 3'],
	['a tab before Transfer-Encoding\'s colon', 'Transfer-Encoding\t: chunked'],
	['a NUL in the name', 'X\0: y'],
	['a byte of UTF-8 in the name', 'X\xc3\xa6: y'],
	['a folded line', 'X: y\r\n z'],
	['a line folded by a tab', 'X: y\r\n\tz'],
	['an empty folded line', 'X: y\r\n '],
	['a folded Content-Length', 'Content-Length:\r\n 3'],
	['a folded Transfer-Encoding', 'Transfer-Encoding:\r\n chunked'],
	['a name folded', 'X\r\n : y'],
	['a request line for a header', 'GET / HTTP/1.1'],
	['a bare CR in a value', 'X: a\rb'],
	['a bare LF in a value', 'X: a\nb'],
	['a bare CR that hides a header', 'X: a\rContent-Length: 3'],
	['a bare LF that hides a header', 'X: a\nContent-Length: 3'],
	['a bare LF that hides a request', `X: a\n\n${poison}`],
	['CR CR LF', 'X: a\r\r\nY: b'],
	['bytes that are not UTF-8', 'X: \xff\xfe'],
	['a cut sequence of UTF-8', 'X: \xc3'],
	['an overlong sequence of UTF-8', 'X: \xc0\xaf'],
];

const hosts = ['', ' ', 'x y', 'x,y', 'x.example, x.example', 'x.example/', 'x.example/a', 'u@x.example', 'u:p@x.example',
	'x.example:', 'x.example:x', 'x.example:-1', 'x.example:65536', 'x.example:80:80', 'x.example:80 80', ':80', 'http://x.example',
	'[::1', '::1', '[::1]x', '[]', '[x]', '[::1]:', 'x?y', 'x#y', 'x\\y', 'x%00', 'x%2e', '<x>', '"x"', 'x\xe6', 'x;y', 'x=y', '*',
	'{x}', 'x|y', 'x^y', 'x`y', '${x}', "x'y", '(x)', 'x!', 'a'.repeat(256)];

const expectations = ['100-continued', '200-ok', '100-continue, x', '100-continue, 100-continue', 'x', '', '100 continue', '100',
	'100-continue;a=b', '"100-continue"'];

const many = (n) => Array.from({length: n}, (_, i) => `X-${i}: y`);

export default [
	served('a header without a value', get('X:')),
	served('blanks around a value', get('X: \t y \t ')),
	served('no blank after the colon', get('X:y')),
	served('UTF-8 in a value', get('X: \xc3\xa6')),
	served('a name of all token characters', get("!#$%&'*+-.^_`|~09azAZ: y")),
	served('a value of all visible characters', get(`X: ${Array.from({length: 94}, (_, i) => char(33 + i)).join('')}`)),
	served('the same header twice', get('X: y', 'X: z')),
	served('63 headers beside Host', get(...many(63))),
	served('Host with a port', `GET {path} HTTP/1.1\r\nHost: x.example:8080\r\n\r\n`),
	served('Host with an address of IPv6', `GET {path} HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n`),
	served('Host in lower case', `GET {path} HTTP/1.1\r\nhost: x.example\r\n\r\n`),
	served('a long header', get(`X: ${'y'.repeat(15000)}`)),
	served('an Upgrade that is not taken', get('Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk')),
	served('Connection: keep-alive', get('Connection: keep-alive')),
	...controls.map((c) => refused(`a control byte ${c} in a value`, get(`X: a${char(c)}b`))),
	...controls.map((c) => refused(`a control byte ${c} in a name`, get(`X${char(c)}: b`))),
	...separators.map((s) => refused(`'${s}' in a name`, get(`X${s}Y: b`))),
	...colons.map(([name, line]) => refused(name, get(line))),
	...colons.map(([name, line]) => refused(`${name}, after the request line`,
		`GET / HTTP/1.1\r\n${line}\r\n${host}\r\n`)),
	refused('no Host', 'GET / HTTP/1.1\r\n\r\n'),
	refused('no Host but others', 'GET / HTTP/1.1\r\nX-Host: x.example\r\nHosts: x\r\n\r\n'),
	refused('Host twice', get('Host: x.example')),
	refused('two Hosts', get('Host: y.example')),
	refused('two Hosts, written differently', get('hOsT: y.example')),
	refused('Host twice in HTTP/1.0', head('GET / HTTP/1.0', 'Host: y.example')),
	refused('a bad Host in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a b\r\n\r\n'),
	...hosts.map((h) => refused(`Host '${shown(h)}'`, `GET / HTTP/1.1\r\nHost: ${h}\r\n\r\n`)),
	...expectations.map((e) => refused(`Expect '${e}'`, post('abc', 'Content-Length: 3', `Expect: ${e}`), 417)),
	refused('65 headers', get(...many(64)), 431),
	refused('a thousand headers', get(...many(1000)), 431),
	refused('a header of 20,000 bytes', get(`X: ${'y'.repeat(20000)}`), 431),
	refused('a header of 100,000 bytes', get(`X: ${'y'.repeat(100000)}`), 431),
	refused('a name of 20,000 bytes', get(`${'x'.repeat(20000)}: y`), 431),
	refused('a head of 17 KiB in small headers', get(...Array.from({length: 60}, (_, i) => `X-${i}: ${'y'.repeat(280)}`)), 431),
	refused('a target of 9,000 bytes', head(`GET /${'a'.repeat(9000)} HTTP/1.1`), 414),
	refused('a query of 9,000 bytes', head(`GET /?${'a'.repeat(9000)} HTTP/1.1`), 414),
	refused('a target of 100,000 bytes', head(`GET /${'a'.repeat(100000)} HTTP/1.1`), 414),
	refused('a method of 20,000 bytes', head(`${'A'.repeat(20000)} / HTTP/1.1`), [400, 414, 431, 501]),
	refused('a version of 20,000 bytes', head(`GET / HTTP/${'1'.repeat(20000)}`), [400, 414, 431, 505]),
];

// An integration engine in small: messages over MLLP, and what is answered.
import net from 'node:net';

// One message; each is of a later second, as an engine's are: `accept` is MSH-15, `visit` the PV1 segment.
let seconds = 0;
export function adt(event, control, { accept = '', number, visit } = {}) {
	const now = `20260906${new Date(1000 * seconds++).toISOString().slice(11, 19).replaceAll(':', '')}+0200`;
	return [`MSH|^~\\&|DIPS|310000019|SAMHANDLING|SAMHANDLING|${now}||ADT^${event}|${control}|T|2.5|||${accept}|`, `EVN|${event}|${now}`,
		...(number ? [`PID|1||${number}^^^FNR`] : []), ...(visit ? [visit] : [])].join('\r');
}

// PV1 with the visit number, the ward and the times that are given.
export function visit(id, { from = '20260903221000+0200', to = '', ward = 'D1^R2^S3^310000019' } = {}) {
	const fields = Array(46).fill('');
	Object.assign(fields, { 0: 'PV1', 1: '1', 2: 'I', 3: ward, 4: 'E', 19: id, 44: from, 45: to });
	return fields.join('|');
}

export class Engine {
	constructor(port, host = '127.0.0.1', localAddress) {
		this.received = '';
		this.closed = false;
		this.socket = net.connect({ port, host, localAddress });
		this.socket.on('data', (d) => (this.received += d));
		this.socket.on('error', () => (this.closed = true));
		this.socket.on('close', () => (this.closed = true));
		this.open = new Promise((done) => {
			this.socket.on('connect', () => done(true));
			this.socket.on('error', () => done(false));
		});
	}

	write(text) {
		this.socket.write(text);
	}

	// Sends the message and waits for its answer: { code, control, text, error }, or null when the connection ends.
	async send(message) {
		this.write(`\x0b${message}\x1c\r`);
		return this.answer();
	}

	async answer() {
		while (!this.received.includes('\x1c\r') && !this.closed) await new Promise((done) => setTimeout(done, 10));
		const end = this.received.indexOf('\x1c\r');
		if (end < 0) return null;
		const segments = this.received.slice(1, end).split('\r').map((s) => s.split('|'));
		this.received = this.received.slice(end + 2);
		const [, code, control, text] = segments.find((s) => s[0] === 'MSA');
		return { code, control, text, error: segments.find((s) => s[0] === 'ERR')?.[3] };
	}

	end() {
		this.socket.destroy();
	}
}

// A server that answers what a test tells it to, one reply after the other, and remembers what it was sent.
import { createServer } from 'node:http';
import { after } from 'node:test';

// `replies`: { status, headers, body } or 'drop', which closes the connection without an answer.
export async function standIn(replies) {
	const seen = [];
	const server = createServer((request, response) => {
		const parts = [];
		request.on('data', (d) => parts.push(d));
		request.on('end', () => {
			seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts).toString(), at: performance.now() });
			const reply = replies.length > 1 ? replies.shift() : replies[0];
			if (reply === 'drop') return request.socket.destroy();
			response.writeHead(reply.status, { 'content-type': reply.status >= 400 ? 'application/problem+json' : 'application/json', connection: 'close', ...reply.headers });
			return response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
		});
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	after(() => server.close());
	return { baseUrl: `http://127.0.0.1:${server.address().port}/api/v1`, seen };
}

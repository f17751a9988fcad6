// What the rows of the corpus are made of.

export const host = 'Host: x.example\r\n';

/** A request that must never be answered: it stands behind a refused one. */
export const poison = `GET /poison HTTP/1.1\r\n${host}\r\n`;

/** A head with a request line and more header lines; ends with the empty line. */
export const head = (line, ...headers) =>
	`${line}\r\n${[host.trimEnd(), ...headers].join('\r\n')}\r\n\r\n`;

export const get = (...headers) => head('GET {path} HTTP/1.1', ...headers);
export const post = (body, ...headers) => head('POST {path} HTTP/1.1', ...headers) + body;

/** A chunked request with this body, chunks and all. */
export const chunked = (body) => post(body, 'Transfer-Encoding: chunked');

/** Bytes as they are read in the name of a row. */
export const shown = (text) => JSON.stringify(text).slice(1, -1)
	.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
	.slice(0, 60);

/**
 * Rows: {name, send, status}. `status`: what may be answered; the connection then closes and nothing
 * behind is answered. `fine: true` instead: must be served and the connection kept for the next.
 */
export const refused = (name, send, status = 400) =>
	({name, send: send + poison, status: [status].flat()});
export const served = (name, send, more = {}) => ({name, send, fine: true, ...more});

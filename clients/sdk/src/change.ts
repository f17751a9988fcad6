// Read, change, write with If-Match; when somebody else was faster, once more from the start.
import { isProblem } from './problem.js';

export interface ChangeOptions {
	/** How often to try at most. */
	attempts?: number;
}

interface Read {
	data: unknown;
	etag: string | null;
}

/** `decide` must not have effects of its own: it is asked again after each 412. */
export async function applyChange<Answer extends Read>(
	read: () => Promise<Answer>,
	decide: (now: unknown) => unknown,
	write: (body: unknown, etag: string) => Promise<Answer>,
	{ attempts = 5 }: ChangeOptions = {},
): Promise<Answer> {
	for (let left = attempts; ; left--) {
		const now = await read();
		const body = decide(now.data);
		if (body === null) return now;
		if (now.etag === null) throw new TypeError('what was read has no ETag, so it cannot be changed safely');
		try {
			return await write(body, now.etag);
		} catch (error) {
			if (left <= 1 || !isProblem(error, 'version_mismatch')) throw error;
		}
	}
}

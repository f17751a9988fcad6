// Whether and when a request is sent again.

export interface RetryLimits {
	/** How often a request is sent at most, the first time included. */
	attempts: number;
	/** The pause after the first try; doubled each time, and spread so that callers do not come in step. */
	backoffMs: number;
	/** The longest pause. When the service asks for a longer one, its answer is given to the caller instead. */
	backoffMaxMs: number;
}

export const defaultRetry: RetryLimits = { attempts: 4, backoffMs: 200, backoffMaxMs: 10_000 };

/** How an attempt ended. */
export interface Attempt {
	/** 1 for the first. */
	number: number;
	method: string;
	/** Carried an Idempotency-Key. */
	keyed: boolean;
	/** null: no answer came. */
	status: number | null;
	retryAfter: string | null;
}

/** Retry-After in milliseconds (RFC 9110, 10.2.3): seconds or a date; null when it was not sent or is neither. */
export function retryAfterMs(value: string | null, now = Date.now()): number | null {
	if (value === null) return null;
	if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
	const at = Date.parse(value);
	return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function isSafe({ method, keyed, status, retryAfter }: Attempt): boolean {
	// it did nothing, and says so
	if (status === 429 || status === 503) return true;
	// the same request is still under way; another 409 does not say when to come back
	if (status === 409) return keyed && retryAfter !== null;
	// the answer was lost: only what can be repeated
	return status === null && (keyed || method === 'GET' || method === 'HEAD');
}

/** The pause in milliseconds before the next attempt, or null when there shall be none. */
export function pauseBefore(attempt: Attempt, limits: RetryLimits, random = Math.random()): number | null {
	if (attempt.number >= limits.attempts || !isSafe(attempt)) return null;
	const own = Math.min(limits.backoffMs * 2 ** (attempt.number - 1), limits.backoffMaxMs) * (0.5 + random / 2);
	const asked = retryAfterMs(attempt.retryAfter);
	if (asked === null) return own;
	return asked > limits.backoffMaxMs ? null : Math.max(asked, own);
}

// Where the bearer token comes from.

/** What a token endpoint answers (RFC 6749, 5.1). */
export interface TokenResponse {
	access_token: string;
	/** Seconds from now. */
	expires_in: number;
}

/** A token that can be asked for again when the service no longer accepts the one at hand. */
export interface RenewableToken {
	/** A token that is good now. */
	current(): Promise<string>;
	/** Forgets `refused`, so that the next current() obtains another. */
	forget(refused: string): void;
}

/** A token itself, a function that gives one for each request, or one that renews itself; null for the public operations. */
export type TokenSource = string | null | (() => string | Promise<string>) | RenewableToken;

/**
 * A token that is obtained when it is first needed, kept, and obtained again `early` seconds before it ends.
 * Requests that come while it is being obtained wait for the same one.
 */
export function renewingToken(obtain: () => Promise<TokenResponse>, early = 30): RenewableToken {
	let kept: { token: string; until: number } | null = null;
	let underWay: Promise<string> | null = null;

	async function renew(): Promise<string> {
		const { access_token: token, expires_in: seconds } = await obtain();
		// of a very short life at least half is used
		kept = { token, until: Date.now() + Math.max(seconds - early, seconds / 2) * 1000 };
		return token;
	}

	return {
		async current() {
			if (kept !== null && Date.now() < kept.until) return kept.token;
			underWay ??= renew().finally(() => (underWay = null));
			return underWay;
		},
		forget(refused) {
			if (kept?.token === refused) kept = null;
		},
	};
}

export const isRenewable = (source: TokenSource): source is RenewableToken => typeof source === 'object' && source !== null;

/** The token for one request. */
export async function tokenOf(source: TokenSource): Promise<string | null> {
	if (typeof source === 'function') return source();
	return isRenewable(source) ? source.current() : source;
}

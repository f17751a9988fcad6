// What the service refuses, as an error with the members of its problem details (RFC 9457).
import type { components, ProblemCode } from './contract.generated.js';

/** Problem details; a problem type may add members of its own, such as `current_version`. */
export type Problem = components['schemas']['Problem'] & { [member: string]: unknown };

/** One thing that is wrong with a request. */
export type Fault = components['schemas']['Fault'];

/** The service answered with a status of 400 or more. */
export class ProblemError extends Error {
	override readonly name = 'ProblemError';
	readonly status: number;
	/** The problem's stable name; `unreadable` when the answer was no problem details, as from a proxy. */
	readonly code: ProblemCode | 'unreadable';
	/** All that was said. */
	readonly problem: Problem | null;
	/** Every fault that was found in the request; empty for most problems. */
	readonly faults: readonly Fault[];
	/** Quote it when asking for help. */
	readonly requestId: string | null;
	readonly response: Response;

	constructor(response: Response, body: unknown) {
		const problem = isDetails(body) ? body : null;
		super([`${response.status} ${problem?.code ?? response.statusText}`, problem?.title, problem?.detail].filter(Boolean).join(': '));
		this.status = response.status;
		this.code = (problem?.code as ProblemCode | undefined) ?? 'unreadable';
		this.problem = problem;
		this.faults = problem?.errors ?? [];
		this.requestId = problem?.request_id ?? response.headers.get('x-request-id');
		this.response = response;
	}
}

function isDetails(body: unknown): body is Problem {
	return typeof body === 'object' && body !== null && typeof (body as Problem).code === 'string';
}

/** Whether an error is the service's refusal with one of these codes (with any, when none is given). */
export function isProblem<Code extends ProblemCode>(error: unknown, ...codes: Code[]): error is ProblemError & { readonly code: Code } {
	return error instanceof ProblemError && (codes.length === 0 || (codes as string[]).includes(error.code));
}

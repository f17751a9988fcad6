// What programs import.
export { createClient } from './client.js';
export type { Answer, At, Body, Call, Client, ClientOptions, ListPath, MachinePath, Success, Thing, UpdatablePath } from './client.js';
export type { ChangeOptions } from './change.js';
export type { ChangeEvent, ChangesOptions } from './changes.js';
export { contractVersion } from './contract.generated.js';
export type { components, operations, paths, ProblemCode } from './contract.generated.js';
export { isProblem, ProblemError } from './problem.js';
export type { Fault, Problem } from './problem.js';
export type { RetryLimits } from './retry.js';
export { renewingToken } from './token.js';
export type { RenewableToken, TokenResponse, TokenSource } from './token.js';
export type { DeprecationNotice, SendOptions, Transport, TransportOptions } from './transport.js';
export { verifyWebhook, WebhookError } from './webhook.js';
export type { VerifiedWebhook, WebhookOptions } from './webhook.js';

// The SDK as its users get it: compiled, and imported by its package's own entry.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
execFileSync('make', ['-s', 'sdk'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
export const sdk = await import(`${root}clients/sdk/dist/index.js`);

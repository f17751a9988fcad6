// What the pages say exists: links and files that they name, each page found from the README, each dependency explained.
import { dirname, join, normalize } from 'node:path/posix';
import { files, has, read } from '../lib.mjs';

export const about = 'pages lead to each other, files that they name exist, each dependency has its reason';
const pages = () => files(/^(README|CHANGELOG|docs\/.*|clients\/[^/]+\/README)\.md$/);
const folders = ['', 'server/', 'server/api/'];

const outsideCode = (text) => text.replace(/^( {4}|```)[\s\S]*?(?:^```|$)/gm, '');
const links = (text) => [...outsideCode(text).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)].map((m) => m[1]);

// `api/dispatch.c`, `sql/queries/*.sql`: a star stands for any name.
function isThere(path) {
	const pattern = new RegExp(`^(?:${folders.join('|')})${path.replace(/[.+]/g, '\\$&').replaceAll('*', '[^/]*')}${path.endsWith('/') ? '' : '(?:/|$)'}`);
	return files(pattern).length > 0;
}

function named(page, report) {
	for (const m of read(page).matchAll(/`((?:server|sql|tests|clients|deploy|api-spec|docs|make|api|auth|db|http|jobs|domain|contract|base)\/[\w./*-]+)`/g)) {
		const path = m[1].replace(/[.,]$/, '');
		if (/\.(c|h|def|sql|mjs|md|yaml|json|sh|ts|txt|toml|conf|service|\*)$|\/$/.test(path) && !/NNNN|things|things?\.|\/x\./.test(path) && !isThere(path))
			report(page, null, `names \`${path}\`, which is not there`);
	}
}

function reached(report) {
	const found = new Set(['README.md']);
	for (const page of found) {
		for (const link of links(read(page))) {
			const target = normalize(join(dirname(page), link)).replace(/\/$/, '');
			const file = has(target) ? target : `${target}/README.md`;
			if (!has(file) && files(new RegExp(`^${target}/`)).length === 0) report(page, null, `leads to ${link}, which is not there`);
			else if (has(file) && file.endsWith('.md')) found.add(file);
		}
	}
	for (const page of pages()) if (!found.has(page)) report(page, null, 'cannot be reached from the README');
}

function explained(report) {
	const text = read('docs/dependencies.md');
	const { dependencies, devDependencies } = JSON.parse(read('package.json'));
	for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
		const short = name.replace(/^@types\//, '').replace(/^@?([^/]+)\/(cli|spectral-cli)$/, '$1').replace(/-cli$|^@[^/]+\//, '');
		if (!text.includes(name) && !new RegExp(`\\b${short}\\b`, 'i').test(text)) report('docs/dependencies.md', null, `says nothing of ${name}`);
	}
}

export async function check(report) {
	for (const page of pages()) named(page, report);
	reached(report);
	explained(report);
}

// Each module has a unit test. Only main.c, and thin modules of the rooms that do nothing but I/O
// (db, api, jobs, http), may instead say in their head which test of the API exercises them:
//   Tested through tests/api/x.test.mjs: why.
import { files, has, read } from '../lib.mjs';

export const about = 'every module has a unit test';
const ioRooms = ['db', 'api', 'jobs', 'http'];
const thin = 200;

function judge(file, module, room) {
	const text = read(file);
	const named = text.slice(0, 1500).match(/Tested through\s+(?:\*\s*)?(tests\/(?:api|fault|protocol)\/\S+?\.mjs)/);
	if (named === null) return `no tests/unit/test_${module}.c`;
	if (!ioRooms.includes(room)) return `room ${room} has no I/O: the module needs tests/unit/test_${module}.c`;
	if (text.split('\n').length > thin) return `${thin} lines and more need tests/unit/test_${module}.c`;
	return has(named[1]) ? null : `${named[1]}, which its head names, does not exist`;
}

export async function check(report) {
	for (const file of files(/^server\/[^/]+\/.*\.c$/)) {
		const module = file.split('/').pop().replace(/\.c$/, '');
		if (has(`tests/unit/test_${module}.c`)) continue;
		const fault = judge(file, module, file.split('/')[1]);
		if (fault) report(file, null, fault);
	}
	for (const file of files(/^tests\/unit\/test_.*\.c$/)) {
		const module = file.match(/test_(.*)\.c$/)[1];
		if (files(new RegExp(`^(server|clients)/.*/${module}\\.c$`)).length === 0) report(file, null, 'tests no module of that name');
	}
}

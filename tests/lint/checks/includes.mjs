// The layering table (layers.json): a file includes headers of its own room and of rooms below.
import { files, plainC, read, lineOf, has } from '../lib.mjs';

export const about = 'every include goes to the same room or below';
const { rooms, foreign, system } = JSON.parse(read('tests/lint/layers.json'));

function judgeOwn(room, target) {
	const home = target.split('/')[0];
	if (!target.includes('/')) return `"${target}" must be written as "room/file.h"`;
	if (!has(`server/${target}`)) return `"${target}" does not exist`;
	if (room !== 'main' && rooms.indexOf(home) > rooms.indexOf(room)) return `room ${room} must not know room ${home}`;
	return null;
}

function judgeForeign(room, target) {
	const library = Object.keys(foreign).find((f) => target === f || (f.endsWith('/') && target.startsWith(f)));
	if (library === undefined) return system.includes(target) ? null : `<${target}> is not in the layering table`;
	return foreign[library].includes(room) ? null : `<${target}> is at home in ${foreign[library].join(', ')}, not in ${room}`;
}

export async function check(report) {
	for (const file of files(/^server\/.*\.(c|h|def)$/)) {
		const room = file.split('/').length === 2 ? 'main' : file.split('/')[1];
		if (room !== 'main' && !rooms.includes(room)) report(file, 1, `room ${room} is not in the layering table`);
		const text = plainC(read(file));
		for (const m of text.matchAll(/^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]/gm)) {
			const fault = m[1] === '"' ? judgeOwn(room, m[2]) : judgeForeign(room, m[2]);
			if (fault) report(file, lineOf(text, m.index), fault);
		}
	}
}

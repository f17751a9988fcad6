// Samples of contacts and the board: the sample person on the board, and persons of the team who are not.
import { enrol, inTeam } from './in-team.mjs';

const leader = 'drammen-dps:tl-1';
export const callers = { contacts: leader, 'board-entries': leader, 'board-categories': leader };

let serial = 0;

export const bodies = {
	createContact: (s) => ({ patient_id: s.patient }),
	createBoardCategory: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'], code: `KODE_${++serial}` }),
	createBoardEntry: (s, fresh) => ({ patient_id: fresh ? s.offBoard.pop() : s.patient }),
	createBoardMeeting: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'], held_on: `2025-01-${String((++serial % 27) + 1).padStart(2, '0')}`, extra: true }),
};

export async function makeBoard(s, find) {
	s.offBoard = [];
	for (let i = 0; i < 6; i++) s.offBoard.push((await inTeam(s.w)).patient);
	await enrol(s.w, s.patient);
	for (const id of ['createContact', 'createBoardCategory', 'createBoardEntry', 'createBoardMeeting']) {
		const o = find(id);
		s.at[`${o.path}/{id}`] = (await s.create(s.caller(o), o.path, s.body(o))).id;
	}
}

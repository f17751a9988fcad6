// Lives through the team's two years: from where a fresh sandbox's clock begins to now.
import { makeHistory } from '../../../tests/data/history/history.mjs';
import { Clock, Player, play } from '../../../tests/data/history/play.mjs';

const citizen = { national_id: '01819012365', birth_date: '1990-01-01' };

// The persons' [{ …, id }], the demo citizen first; a load that broke off goes on. `chosen` says which events are played.
export async function loadHistory(client, ids, chosen = () => true) {
	const clock = new Clock(client, 'drammen-dps:sa-1');
	const from = await clock.move({ ahead: 'PT0S' });
	const period = client.done.get('history') ?? client.finish('history', { from, to: Date.now() });
	const { persons, events } = makeHistory({ ...period, citizen });
	for (const p of persons) client.admit({ subject: p.self.split(':')[1], national_id: p.details.national_id });
	const player = new Player(client, ids);
	await play(player, clock, events.filter(chosen));
	await clock.reach(Date.now());
	return persons.map((p) => ({ ...p.details, id: player.known(p.i).patient }));
}

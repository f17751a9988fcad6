// The events of one person, or of the team, in the order in which they are entered.
//   { at, person, as, operation, id?, query?, body?, remember? }
// `id` fills the {id} of the operation's path. A text that begins with $ stands for something known only while the
// history is played: $unit:agency:key, $staff:agency:subject, $agency:slug, or what an earlier answer's member was
// remembered as. `remember` is { name: 'member of the answer' }.

export class Course {
	constructor(name, calendar) {
		this.name = name;
		this.calendar = calendar;
		this.events = [];
	}

	// What lies beyond the last day has not happened.
	add(n, hour, as, operation, rest = {}) {
		if (n >= 1 && n < this.calendar.days)
			this.events.push({ at: this.calendar.at(n, hour), person: this.name, as, operation, ...rest });
	}

	// The next step of something that is remembered by that name.
	step(n, hour, as, [operation, name], body) {
		this.add(n, hour, as, operation, { id: `$${name}`, body });
	}
}

// A list as one sequence.

interface Page {
	items: unknown[];
	links: { next?: string };
}

type Init = { params?: { query?: object } };

/** Asks for each page when the one before is used up; stopping the loop stops the asking. */
export async function* eachItem(get: (init: Init) => Promise<{ data: unknown }>, init: Init = {}): AsyncGenerator<unknown, void, void> {
	let cursor: string | null = null;
	for (;;) {
		const query: object = { ...init.params?.query, ...(cursor === null ? {} : { cursor }) };
		const page = (await get({ ...init, params: { ...init.params, query } })).data as Page;
		yield* page.items;
		if (page.links.next === undefined) return;
		const next: string | null = new URL(page.links.next, 'http://service').searchParams.get('cursor');
		if (next === null || next === cursor) throw new TypeError(`the list's next page is the same page: ${page.links.next}`);
		cursor = next;
	}
}

// Shows the contract that this very daemon enforces. Nothing is asked of another host: no validator badge,
// no address from the query. A token lives as long as the page.

const step = (name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');

// What is below `value` with every reference of the document put in its place; one into itself stays as it is.
function whole(document, value, seen = []) {
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) return value.map((one) => whole(document, one, seen));
	if (typeof value.$ref === 'string' && value.$ref.startsWith('#/')) {
		if (seen.includes(value.$ref)) return value;
		const target = value.$ref.slice(2).split('/').reduce((at, name) => at?.[step(name)], document);
		return whole(document, target, [...seen, value.$ref]);
	}
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, whole(document, member, seen)]));
}

// Swagger UI's own way through a document of 3.1 takes seconds, since references may go to other documents. Ours do
// not: the bundler sees to that.
const inOneDocument = () => ({
	fn: { resolveSubtree: async (document, path) => ({ errors: [], spec: whole(document, path.reduce((at, name) => at?.[name], document)) }) },
});

window.addEventListener('DOMContentLoaded', () => {
	window.ui = window.SwaggerUIBundle({
		dom_id: '#contract',
		url: 'api/v1/openapi.json',
		plugins: [inOneDocument],
		deepLinking: true, // the Link of a deprecated operation's answers points here
		docExpansion: 'none',
		defaultModelsExpandDepth: 0,
		displayRequestDuration: true,
		filter: true,
		persistAuthorization: false,
		requestSnippetsEnabled: true,
		showExtensions: true,
		tagsSorter: 'alpha',
		validatorUrl: null,
	});
});

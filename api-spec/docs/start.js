// Shows the contract that this very daemon enforces. Nothing is asked of another host: no validator badge,
// no address from the query. A token lives as long as the page.
window.addEventListener('DOMContentLoaded', () => {
	window.ui = window.SwaggerUIBundle({
		dom_id: '#contract',
		url: 'api/v1/openapi.json',
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

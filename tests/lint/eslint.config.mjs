// Small on purpose: what is wrong, and the same limits of form as for C.
import js from '@eslint/js';
import globals from 'globals';

export default [
	js.configs.recommended,
	{
		languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: { ...globals.node } },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			complexity: ['error', 12],
			eqeqeq: ['error', 'always'],
			'max-params': ['error', 5],
			'no-var': 'error',
			'prefer-const': 'error',
			'no-unused-vars': ['error', { args: 'after-used', ignoreRestSiblings: true }],
		},
	},
	{ files: ['clients/web/**/*.js', 'api-spec/docs/*.js', 'tests/browser/*.mjs'], languageOptions: { globals: { ...globals.browser } } },
	{ files: ['clients/postman/lib/before-each.js'], languageOptions: { globals: { pm: 'readonly', require: 'readonly' } } },
];

import jsxA11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What the compiler does not see: hooks, accessibility, promises that nobody waits for. */
export default tseslint.config(
  { ignores: ['**/dist/**', '**/gql/**', '**/node_modules/**', '**/test-results/**', 'eslint.config.js', 'codegen.ts', '**/*.mjs'] },
  tseslint.configs.recommendedTypeChecked,
  jsxA11y.flatConfigs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // A labelled, focusable log is how a thread is read by keyboard.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { roles: ['log', 'tabpanel'], tags: [] }],
    },
  },
);

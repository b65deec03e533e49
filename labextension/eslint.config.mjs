import jupyter from '@jupyter/eslint-plugin';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['lib/**', 'node_modules/**', 'coverage/**', '*.config.*'] },
  ...typescript.configs.strict,
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      // the whole bundle is smaller than the round trip that another chunk costs
      'jupyter/prefer-lazy-imports': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-namespace': 'off',
      'no-console': 'error',
      curly: 'error',
      eqeqeq: 'error'
    }
  }
);

import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const libs = 'contracts|rules|settings|database|access|log|service|regions|demonstration|testing';
const services = 'intake|response|wildfire|duty|reporting|console|identity';

/** Tests run the sources as ES modules. `npm test` starts what they need and sets TEST_DATABASE_URL. */
export default {
  rootDir: path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'),
  testMatch: ['<rootDir>/{libs,services,test}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/out/'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    [`^@fengsui/(${libs})/testing$`]: '<rootDir>/libs/$1/src/testing.ts',
    [`^@fengsui/(${libs})$`]: '<rootDir>/libs/$1/src/index.ts',
    [`^@fengsui/(${services})/testing$`]: '<rootDir>/services/$1/src/testing.ts',
    [`^@fengsui/(${services})$`]: '<rootDir>/services/$1/src/index.ts',
    '^@fengsui/cli$': '<rootDir>/services/fengsui/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  // For hangs, not for speed: a machine may be busy with other work.
  testTimeout: 300_000,
  maxWorkers: 2,
};

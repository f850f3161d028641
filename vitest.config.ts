import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { disableTelemetry } from './src/tensor/disable-telemetry.js'
import { builtSources } from './test/helpers/built-sources.js'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tests that kill processes, open a browser for long, install the package, or take long in other ways: `npm run test:all`. */
const long = ['test/**/*.long.test.ts']

/** Tests that hold for every database: on SQLite with the quick ones, on Postgres with `npm run test:all`. */
const onEveryDatabase = [
  'test/datasets/{dataset-contents,draw-support}.test.ts',
  'test/datasets/importing/after-import.test.ts',
  'test/library/deletions.test.ts',
  'test/store/{database,image-lists,ordered-pages,pairing,repositories}.test.ts',
]

/** Hostile input against a running service: `npm run test:attack`. */
const attack = ['test/attack/**/*.test.ts']

// Tests run in threads, which cannot set it for their process.
disableTelemetry()

export default defineConfig({
  plugins: [builtSources()],
  resolve: {
    alias: [
      { find: /^shotboard\/testing$/, replacement: here('./src/testing/index.ts') },
      { find: /^shotboard\/client$/, replacement: here('./client/index.ts') },
      { find: /^shotboard$/, replacement: here('./src/index.ts') },
      // One copy of graphql: its ES modules and its CommonJS build count as different realms.
      { find: /^graphql$/, replacement: here('./node_modules/graphql/index.js') },
    ],
  },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Patient where it must wait: a loaded machine is no failure.
    expect: { poll: { timeout: 20_000 } },
    setupFiles: ['./test/helpers/setup.ts'],
    environment: here('./test/helpers/worker-environment.ts'),
    pool: 'threads',
    // Loading the service's libraries takes longer than most files' tests: a worker keeps them from file to file.
    isolate: false,
    // The default leaves a core out, which on two cores is half of them. One more than the cores takes longer: it loads all again.
    maxWorkers: '100%',
    server: { deps: { inline: ['type-graphql'], external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...long, ...attack],
          env: { TEST_DATABASES: 'sqlite' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: onEveryDatabase,
          sequence: { groupOrder: 1 },
          env: { TEST_DATABASES: 'postgres' },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long,
          sequence: { groupOrder: 1 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'attack',
          include: attack,
          sequence: { groupOrder: 2 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { builtSources } from './test/helpers/built-sources.js'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What takes minutes: `npm run test:all`. */
const long = ['test/package/**/*.test.ts']
const processes = ['test/cli/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/web/**/*.test.ts']

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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Patient where it must wait: a loaded machine is no failure.
    expect: { poll: { timeout: 20_000 } },
    setupFiles: ['./test/helpers/setup.ts'],
    pool: 'threads',
    // Loading the service's libraries takes longer than most files' tests: a worker keeps them from file to file.
    isolate: false,
    // The default leaves a core out, which on two cores is half of them.
    maxWorkers: '100%',
    server: { deps: { inline: ['type-graphql'], external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: { name: 'units', include: ['test/**/*.test.ts'], exclude: [...processes, ...long] },
      },
      {
        extends: true,
        // Programs and browsers are held against the clock by whoever waits for them: they run when the rest is done.
        test: {
          name: 'processes',
          include: processes,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long,
          sequence: { groupOrder: 2 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})

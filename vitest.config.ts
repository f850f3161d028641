import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^shotboard\/testing$/, replacement: here('./src/testing/index.ts') },
      { find: /^shotboard\/client$/, replacement: here('./src/client/index.ts') },
      { find: /^shotboard$/, replacement: here('./src/index.ts') },
      // One copy of graphql: its ES modules and its CommonJS build count as different realms.
      { find: /^graphql$/, replacement: here('./node_modules/graphql/index.js') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // Loading the service's libraries takes longer than most files' tests: a worker keeps them from file to file.
    isolate: false,
    // The default leaves a core out, which on two cores is half of them.
    maxWorkers: '100%',
    server: { deps: { inline: ['type-graphql'] } },
  },
})

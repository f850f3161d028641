import type { Environment } from 'vitest/runtime'

/** Steps for the end of a worker. A global, because vitest loads this file apart from the tests. */
declare global {
  var endOfWorker: (() => Promise<unknown>)[] | undefined
}

/** Node, with an end: closes what all test files of a worker share once the last of them has run. */
export default {
  name: 'node-with-end',
  viteEnvironment: 'ssr',
  setup(global) {
    global.endOfWorker = []
    return {
      async teardown() {
        for (const step of (global.endOfWorker ?? []).reverse()) await step()
      },
    }
  },
} satisfies Environment

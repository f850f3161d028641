import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { openSharedChanges } from '../../src/jobs/shared-changes.js'
import { atEnd } from '../helpers/at-end.js'
import { patience } from '../helpers/patience.js'
import { queueServers } from '../helpers/queues.js'

for (const { title, url } of await queueServers()) {
  describe.skipIf(url === undefined)(`shared changes: ${title}`, () => {
    async function open(name: string) {
      const changes = await openSharedChanges({
        ...{ url: url ?? '', name },
        onFault: (error) => {
          throw error
        },
      })
      atEnd(changes.close)
      return changes
    }

    test('a change is heard in every process that watches, and nowhere else', async () => {
      const name = randomUUID()
      const [one, two, stranger] = [await open(name), await open(name), await open(randomUUID())]
      const [here, there, other, elsewhere] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
      one.watch('a', here)
      two.watch('a', there)
      two.watch('b', other)
      stranger.watch('a', elsewhere)
      one.publish('a')
      await vi.waitFor(() => expect(there).toHaveBeenCalled(), patience)
      expect(here).toHaveBeenCalled()
      expect([other.mock.calls.length, elsewhere.mock.calls.length]).toEqual([0, 0])
    })

    test('a watcher looks again even if it hears of no change, until it stops', async () => {
      const changes = await open(randomUUID())
      const onChange = vi.fn()
      const unwatch = changes.watch('a', onChange)
      await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), patience)
      unwatch()
      unwatch()
      expect(changes.watchers('a')).toBe(0)
    })
  })
}

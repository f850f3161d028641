import { expect, test } from 'vitest'
import { createCaches } from '../../src/cache/caches.js'
import type { Batch } from '../../src/cache/contract.js'
import { logitsOf } from '../../src/methods/call.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { prototype } from '../testing/plugins.js'

test('features that a plugin does not read are not copied for it', async () => {
  const { support, queries } = syntheticTask({ shots: [2, 2, 2], noise: 1 })
  const outsider = { ...prototype(), id: 'outsider' }
  const registry = createRegistry([builtin(), { name: 'own', methods: [outsider] }])
  const method = registry.method('outsider')
  const cache = await createCaches(support, createKernels(sharedRuntime())).in(registry.space('clip'))
  const [batch] = [...cache.batches(queries)] as [Batch]
  const copied: string[] = []
  const watched: Batch = {
    ...batch,
    seenBy(owner) {
      const seen = batch.seenBy(owner)
      return Object.defineProperties({} as Batch, {
        ...Object.getOwnPropertyDescriptors(seen),
        queries: {
          enumerable: true,
          get() {
            copied.push('queries')
            return seen.queries
          },
        },
      })
    },
  }
  const [term] = method.terms ?? []
  if (!term) return expect.fail('the method has no terms')
  await logitsOf(method, term, watched, {}, {})
  expect(copied).toEqual([])
})

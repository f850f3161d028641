import { expect, test } from 'vitest'
import { buildCache } from '../../src/cache/cache.js'
import { fitToKeep, withKeptFit } from '../../src/classifiers/kept-space.js'
import { readPiece, writePiece } from '../../src/classifiers/stored-piece.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { defineSpace } from '../../src/spaces/contract.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { formatSafetensors, parseSafetensors } from '../../src/tensor/safetensors.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])
const fitted = registry.spaces.filter(({ fit }) => fit)
const { support, queries } = syntheticTask({
  shots: [4, 3, 5],
  bases: [...new Set(registry.spaces.map(({ base }) => base))],
})

/** As in a file. */
function stored(piece: Parameters<typeof writePiece>[0]) {
  const { tensors, text } = writePiece(piece, 'a.')
  const bytes = formatSafetensors({ tensors: new Map(tensors), metadata: { fit: text } })
  const file = parseSafetensors(bytes, 'a file')
  return readPiece(file.tensors, file.metadata.fit ?? '', 'a.')
}

test.each(fitted.map((space) => [space.id, space] as const))(
  'the kept fit of %s projects as the fit does, and nothing is fitted again',
  async (_, space) => {
    const cache = await buildCache(support, space, kernels)
    const piece = (await fitToKeep(cache, support)) ?? expect.fail()
    const unfit = {
      ...space,
      fit: () => {
        throw new Error('it was fitted again')
      },
    }
    const kept = await buildCache(support, withKeptFit(unfit, stored(piece)), kernels)
    for (const [own, again] of [
      [cache.spaceKeys, kept.spaceKeys],
      [await spaceQueriesOf(cache), await spaceQueriesOf(kept)],
    ] as const) {
      expect([again.rows, again.columns]).toEqual([own.rows, own.columns])
      for (const [i, value] of own.data.entries()) expect(again.data[i]).toBeCloseTo(value, 5)
    }
    expect(kept.graph).toEqual(stored(piece))
  },
)

async function spaceQueriesOf(cache: Awaited<ReturnType<typeof buildCache>>) {
  for (const batch of cache.batches(queries)) return batch.spaceQueries()
  return expect.fail()
}

test('a fit is not kept if there is none, if its graph says something else, or if texts are projected too', async () => {
  const keptOf = async (space: (typeof fitted)[number], needs: readonly string[] = []) =>
    fitToKeep(await buildCache(support, space, kernels), support, needs)
  expect(await keptOf(registry.space('clip'))).toBeNull()
  expect(await keptOf(registry.space('shrunk'), ['projected-texts'])).toBeNull()
  const own = { name: 'Own', summary: 'Made for a test.', base: 'clip', trained: false }
  const silent = defineSpace({ ...own, id: 'silent', fit: async () => ({ project: async (each) => each }) })
  expect(await keptOf(silent)).toBeNull()
  const { graph } = await buildCache(support, registry.space('centred'), kernels)
  const wrong = defineSpace({
    ...{ ...own, id: 'wrong' },
    fit: async () => ({ project: async (each) => each, ...(graph && { graph }) }),
  })
  expect(await keptOf(wrong)).toBeNull()
})

import { describe, expect, test } from 'vitest'
import type { Batch } from '../../src/cache/contract.js'
import { defineMethod, type Method } from '../../src/methods/contract.js'
import { cacheAffinity } from '../../src/methods/terms/cache-affinity.js'
import { clip } from '../../src/spaces/clip.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { methodChecks } from '../../src/testing/index.js'
import { failuresOf } from './failures.js'
import { methodWith, prototype, scoredPrototype, spoiledCache } from './plugins.js'

const failuresInClip = (method: Method) => failuresOf(methodChecks(method, { spaces: [clip()] }))

/** Changes every logit. */
const each =
  (change: (logit: number, row: number, column: number, batch: Batch) => number) =>
  (logits: Matrix, batch: Batch): void => {
    logits.data.forEach((logit, at) => {
      logits.data[at] = change(logit, Math.floor(at / logits.columns), at % logits.columns, batch)
    })
  }

describe('methods as they should be', () => {
  for (const { name, run } of methodChecks(prototype())) test(name, run)
  for (const { name, run } of methodChecks(scoredPrototype())) test(`by its own score, ${name}`, run)
})

describe('the suite catches a method', () => {
  test('that scales by its neighbours in the batch', async () => {
    const method = spoiledCache((logits, batch) => {
      const greatest = Math.max(...logits.data)
      each((logit) => logit / greatest)(logits, batch)
    })
    expect(await failuresInClip(method)).toHaveProperty('an image alone scores as it does among others')
  })

  test('that depends on where an image stands among the queries', async () => {
    const method = spoiledCache(each((logit, row) => logit + row))
    expect(await failuresInClip(method)).toHaveProperty('the order of the queries changes nothing')
  })

  test('that prefers classes by their number', async () => {
    const method = spoiledCache(each((logit, _, column) => logit + column))
    expect(await failuresInClip(method)).toHaveProperty('the order of the classes changes nothing')
  })

  test('that gives the first support image a say of its own', async () => {
    const method = methodWith({
      async logits({ cache, queries }) {
        const first = cache.order.indexOf(0)
        const similarities = await cache.kernels.dot(queries, cache.keys)
        const said = (_: unknown, at: number) =>
          similarities.data[Math.floor(at / cache.classes) * cache.keys.rows + first] ?? 0
        return matrix(
          queries.rows,
          cache.classes,
          Float32Array.from({ length: queries.rows * cache.classes }, said),
        )
      },
    })
    expect(await failuresInClip(method)).toHaveProperty('the order of the support images changes nothing')
  })

  test('that is not a number with a single support image', async () => {
    const method = spoiledCache(each((logit, _row, _column, { cache }) => logit / (cache.keys.rows - 1)))
    expect(await failuresInClip(method)).toHaveProperty('stays finite with a single support image')
  })

  test('that divides by the number of images of a class that has none', async () => {
    const method = spoiledCache(each((logit, _, c, { cache }) => logit / (cache.counts[c] as number)))
    expect(await failuresInClip(method)).toHaveProperty('stays finite with a class that has no support image')
  })

  test('that gives other logits every time', async () => {
    const method = spoiledCache(each((logit) => logit + 1e-5 * Math.random()))
    expect(Object.keys(await failuresInClip(method))).toEqual(['scores the same twice, bit for bit'])
  })

  test('that remembers the keys of another support set', async () => {
    const term = cacheAffinity({ weight: 'alpha', sharpness: 'beta' })
    const seen = new Map<number, Batch>()
    const method = methodWith({
      ...term,
      logits(batch, values, ranges) {
        const known = seen.get(batch.rows) ?? batch
        seen.set(batch.rows, known)
        return term.logits(known, values, ranges)
      },
    })
    expect(await failuresInClip(method)).toHaveProperty('scores by the support set that it is given')
  })

  test('that gives logits for too few classes', async () => {
    const method = methodWith({
      logits: async ({ rows, cache }) => matrix(rows, cache.classes - 1),
    })
    expect(await failuresInClip(method)).toHaveProperty('scores every query for every class')
  })

  test('whose term is infinite, so that a weight of 0 does not silence it', async () => {
    const method = spoiledCache(each(() => Number.POSITIVE_INFINITY))
    expect(await failuresInClip(method)).toHaveProperty(
      'with all weights at 0 only the terms without a weight count',
    )
  })

  test('that reads texts and says it does not', async () => {
    const method = defineMethod({ ...scoredPrototype(), usesTexts: false } as Method)
    expect(Object.keys(await failuresInClip(method))).toEqual(['needs no texts, as it declares'])
  })
})

test('a failure says which method, where, at which values and which number', async () => {
  const failures = await failuresInClip(spoiledCache(each((logit, row) => logit + row)))
  expect(failures['the order of the queries changes nothing']).toMatch(
    /^outsider in clip: .* at \{"alpha":1,"beta":2\}, with 4, 4, 4, 4, 4 .*: the logits are -?[\d.]+ at row \d+, column 0/,
  )
})

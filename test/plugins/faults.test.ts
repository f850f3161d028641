import { describe, expect, test } from 'vitest'
import { createCaches } from '../../src/cache/caches.js'
import type { Batch } from '../../src/cache/contract.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import type { Method, Term } from '../../src/methods/contract.js'
import { cacheAffinity } from '../../src/methods/terms/cache-affinity.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { centred } from '../../src/spaces/centred.js'
import { defineSpace, type FeatureSpace } from '../../src/spaces/contract.js'
import { createKernels, operator } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import type { Piece } from '../../src/tensor/piece.js'
import { type Check, methodChecks, spaceChecks } from '../../src/testing/index.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { failuresOf } from '../testing/failures.js'
import { methodWith, prototype } from '../testing/plugins.js'

// Methods and spaces that are wrong on purpose. Each fails by name when it runs, and the common suite catches it.

const kernels = createKernels(sharedRuntime())
const { support, queries, images } = syntheticTask({ shots: [4, 4, 4], noise: 1 })
const labels = Int32Array.from({ length: images }, (_, i) => i % 3)

/** Evaluates as a comparison does, with what a registry hands out. */
function evaluating(wrong: { methods?: Method[]; spaces?: FeatureSpace[] }, method = 'outsider') {
  const registry = createRegistry([builtin(), { name: 'wrong', ...wrong }])
  const chosen = registry.method(method)
  return (space = chosen.space ?? 'clip', caches = createCaches(support, kernels)) =>
    evaluate({
      ...{ method: chosen, space: registry.space(space), support, caches, kernels },
      selection: 'LEAVE_ONE_OUT',
      grids: { beta: [2], alpha: [0, 1] },
      test: { features: queries, labels },
    })
}

const term = cacheAffinity({ weight: 'alpha', sharpness: 'beta' })

/** The cache term with something else made of its logits. */
const giving = (change: (logits: Matrix, batch: Batch) => unknown): Method =>
  methodWith({
    ...term,
    logits: async (batch, values, ranges) =>
      change(await term.logits(batch, values, ranges), batch) as Promise<Matrix>,
  })

const changed = (change: (data: Float32Array) => void) =>
  giving((logits) => {
    change(logits.data)
    return logits
  })

/** The checks with these words in their names, which take less time than all. */
const checksAbout = (words: string, checks: readonly Check[]) =>
  checks.filter(({ name }) => name.includes(words))

/** The checks in a single space, which catch the method as those in all of them do. */
const inOneSpace = (method: Method) => methodChecks(method, { spaces: [centred()] })

const zeros = (rows: number, columns: number): Matrix => matrix(rows, columns)

/** Writes to a shared matrix before it gives zeros. */
const writing = (to: (batch: Batch) => Promise<Float32Array | Int32Array>) =>
  methodWith({
    async logits(batch) {
      const data = await to(batch)
      for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) / 2
      return zeros(batch.rows, batch.cache.classes)
    },
  })

const wrongMethods: readonly [string, Method, RegExp][] = [
  [
    'gives a row too few',
    giving(({ rows, columns }) => zeros(rows - 1, columns)),
    /must be \d+ × 3, not \d+ × 3/,
  ],
  [
    'gives a column too many',
    giving(({ rows, columns }) => zeros(rows, columns + 1)),
    /must be \d+ × 3, not \d+ × 4/,
  ],
  [
    'gives fewer values than it says',
    giving((logits) => ({ ...logits, data: logits.data.slice(1) })),
    /must be .* so have \d+ values, not/,
  ],
  [
    'gives a Float64Array',
    giving((logits) => ({ ...logits, data: Float64Array.from(logits.data) })),
    /Float32Array, not in a value of type Float64Array/,
  ],
  ['gives nothing', giving(() => undefined), /must be a matrix, not undefined/],
  [
    'gives NaN',
    changed((data) => data.fill(Number.NaN)),
    /must be finite, and contain NaN at row 0, column 0/,
  ],
  [
    'gives infinity in one place',
    changed((data) => void data.fill(Number.NEGATIVE_INFINITY, 4, 5)),
    /contain -Infinity at row 1, column 1/,
  ],
  [
    'throws',
    giving(() => {
      throw new Error('no luck')
    }),
    /failed: no luck/,
  ],
  [
    'writes to the affinities',
    writing(async (batch) => (await batch.affinities()).data),
    /writes to affinities\(\), which is shared/,
  ],
  [
    'writes to the similarities with the texts',
    writing(async (batch) => (await batch.textSimilarities()).data),
    /writes to textSimilarities\(\)/,
  ],
  ['writes to the queries', writing(async (batch) => batch.queries.data), /writes to queries/],
  [
    'writes to the queries in its space',
    writing(async (batch) => (await batch.spaceQueries()).data),
    /writes to spaceQueries\(\)/,
  ],
  ['writes to the keys', writing(async ({ cache }) => cache.keys.data), /writes to keys/],
  [
    'writes to the keys in its space',
    writing(async ({ cache }) => cache.spaceKeys.data),
    /writes to spaceKeys/,
  ],
  [
    'writes to the texts',
    writing(async ({ cache }) => cache.textClassifier?.data ?? new Float32Array()),
    /writes to textClassifier/,
  ],
  ['writes to the labels', writing(async ({ cache }) => cache.labels), /writes to labels/],
  [
    'gives a range that is not a number',
    methodWith({ ...term, ranges: async () => ({ a: { min: Number.NaN, max: 1 } }) }),
    /range a must have a finite min and max, not NaN and 1/,
  ],
]

describe('a method that', () => {
  test.each(wrongMethods)('%s fails by name, and the suite catches it', async (_, method, says) => {
    const failing = evaluating({ methods: [method] })()
    await expect(failing).rejects.toMatchObject({ code: 'PLUGIN_FAILED' })
    await expect(failing).rejects.toThrow(/^Plugin wrong: the method outsider/)
    await expect(failing).rejects.toThrow(says)
    const failures = Object.values(await failuresOf(inOneSpace(method)))
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.join('\n')).toMatch(says)
  })

  test('reads a hyperparameter that it does not declare fails by name, and the suite catches it', async () => {
    for (const [name, why] of [
      ['beta', 'it does not declare it'],
      ['alpha', 'a weight multiplies its logits'],
    ] as const) {
      const method = methodWith({
        shapes: [],
        logits: async (batch, { [name]: read = 0 }) =>
          matrix(
            batch.rows,
            batch.cache.classes,
            new Float32Array(batch.rows * batch.cache.classes).fill(read),
          ),
      })
      const says = `it reads ${name}, which is not among its shapes: ${why}`
      await expect(evaluating({ methods: [method] })()).rejects.toThrow(says)
      const failures = await failuresOf(checksAbout('scores every query', methodChecks(method)))
      expect(Object.values(failures).join('\n')).toContain(says)
    }
  })

  test('writes to the values that it is given fails by name', async () => {
    const method = giving((logits) => logits)
    const [texts, own] = method.terms ?? []
    const logits: Term['logits'] = async (batch, values, ranges) => {
      Object.assign(values, { beta: 0 })
      return term.logits(batch, values, ranges)
    }
    const writing = { ...method, terms: [{ ...texts, logits }, own] } as Method
    await expect(evaluating({ methods: [writing] })()).rejects.toThrow(/Cannot (assign|add|set)/)
  })

  test('writes to the names of the classes fails by name', async () => {
    const method: Method = {
      ...methodWith({
        usesTexts: true,
        async logits(batch) {
          const { classNames } = await batch.cache.prompts()
          ;(classNames as string[]).reverse()
          return zeros(batch.rows, batch.cache.classes)
        },
      }),
      needs: ['prompts'],
    }
    const failing = evaluating({ methods: [method] })()
    await expect(failing).rejects.toMatchObject({ code: 'PLUGIN_FAILED' })
    await expect(failing).rejects.toThrow(/read only/)
  })

  test('gives the same matrix again and again gives what it gave', async () => {
    const once = new Map<number, Matrix>()
    const reusing = giving((logits, { rows }) => {
      const own = once.get(rows) ?? zeros(rows, logits.columns)
      once.set(rows, own)
      own.data.set(logits.data)
      return own
    })
    const { methods } = { methods: [reusing, { ...giving((logits) => logits), id: 'fresh', name: 'Fresh' }] }
    const [reused, fresh] = [await evaluating({ methods })(), await evaluating({ methods }, 'fresh')()]
    expect(reused.accuracy).toBe(fresh.accuracy)
    expect([...reused.confidence]).toEqual([...fresh.confidence])
  })

  test.each<[string, unknown, RegExp]>([
    ['a symbol', Symbol('luck'), /Symbol\(luck\)/],
    ['nothing', undefined, /failed: undefined/],
    ['an object', { message: 'no luck' }, /failed: no luck/],
    ['an object that cannot be made text', Object.create(null), /a value of type object/],
  ])('throws %s fails by name', async (_, thrown, says) => {
    const method = giving(() => {
      throw thrown
    })
    const failing = evaluating({ methods: [method] })()
    await expect(failing).rejects.toMatchObject({ code: 'PLUGIN_FAILED' })
    await expect(failing).rejects.toThrow(says)
  })

  test('writes to one entry of a shared matrix is caught by the suite', async () => {
    const method = methodWith({
      async logits(batch) {
        const { data } = await batch.affinities()
        data[data.length - 2] = 0.5
        return zeros(batch.rows, batch.cache.classes)
      },
    })
    expect(Object.values(await failuresOf(inOneSpace(method))).join('\n')).toMatch(/writes to affinities\(\)/)
  })

  test('compares images in clip, whatever its space, is caught by the suite', async () => {
    const method = methodWith({
      async logits({ cache, queries: own }, { beta = 0 }) {
        const similarities = await cache.kernels.dot(own, cache.keys)
        const sums = zeros(own.rows, cache.classes)
        for (let at = 0; at < similarities.data.length; at++) {
          const [i, s] = [Math.floor(at / cache.keys.rows), at % cache.keys.rows]
          const to = i * cache.classes + (cache.labels[s] as number)
          sums.data[to] =
            (sums.data[to] as number) + Math.exp(-beta * (1 - (similarities.data[at] as number)))
        }
        return sums
      },
    })
    const failures = await failuresOf(inOneSpace(method))
    expect(Object.keys(failures)).toEqual(['compares images in the space that it is given'])
  })

  test('writes to what it is given changes nothing for others that use the same cache', async () => {
    const caches = createCaches(support, kernels)
    const run = evaluating({ methods: [writing(async ({ cache }) => cache.spaceKeys.data)] })
    const alone = await evaluating({}, 'tip-adapter')()
    await expect(run('clip', caches)).rejects.toThrow()
    const after = await evaluating({}, 'tip-adapter')('clip', caches)
    expect([after.accuracy, ...after.confidence]).toEqual([alone.accuracy, ...alone.confidence])
  })

  test('takes too long fails by name', async () => {
    const method = methodWith({ logits: () => new Promise(() => {}) })
    const origin = { plugin: 'wrong', package: null, version: null, code: null, secondsPerCall: 0.05 }
    const registry = createRegistry([builtin(), { name: 'wrong', origin, methods: [method] }])
    await expect(
      evaluate({
        ...{ method: registry.method('outsider'), space: registry.space('clip'), support, kernels },
        selection: 'NONE',
        test: { features: queries, labels },
      }),
    ).rejects.toThrow(
      /Plugin wrong: the method outsider, in its term own, failed: it took longer than 0.05 s/,
    )
  })
})

const spaceThat = (project: (features: Matrix) => unknown): FeatureSpace =>
  defineSpace({
    ...{ id: 'own-space', name: 'Own space', summary: '', base: 'clip', trained: false },
    fit: async () => ({ project: async (features) => project(features) as Matrix }),
  })

describe('derived values and graphs', () => {
  test.each<[string, Piece, RegExp]>([
    [
      'with other numbers',
      { nodes: [operator('Neg', ['textSimilarities'], 'result')] },
      /its graph computes .* where it gives/,
    ],
    [
      'of another shape',
      { nodes: [operator('Identity', ['affinities'], 'result')] },
      /what its graph computes must be \d+ × \d+, not/,
    ],
    [
      'that reads what is not there',
      { nodes: [operator('Identity', ['images'], 'result')] },
      /reads images, and there are only queries/,
    ],
    ['that cannot run', { nodes: [operator('Gone', ['queries'], 'result')] }, /its graph cannot run/],
  ])('a graph %s is caught by the suite', async (_, piece, says) => {
    const method = methodWith({ ...term, graph: async () => piece })
    const failures = await failuresOf(checksAbout('its graph', methodChecks(method)))
    expect(Object.keys(failures)).toEqual(['its graph computes what it scores'])
    expect(Object.values(failures)[0]).toMatch(says)
    const space = {
      ...spaceThat((given) => given),
      fit: async () => ({ project: async (given: Matrix) => given, graph: piece }),
    }
    expect(await failuresOf(checksAbout('its graph', spaceChecks(space)))).toHaveProperty(
      'its graph, if it has one, computes what it projects',
    )
  })

  test('of a plugin have names of their own, also beside a built-in term', async () => {
    const own = prototype()
    const [texts] = tipAdapter().terms
    const method: Method = {
      ...own,
      terms: ['first', 'second'].map((name, i) => ({
        ...(own.terms?.[1] as typeof texts & object),
        name,
        async logits(batch) {
          const factor = await batch.cache.derive('prototypes', async () => i + 1)
          const again = await batch.derive('prototypes', async () => i + 1)
          const sum = zeros(batch.rows, batch.cache.classes)
          sum.data.fill(factor * 10 + again)
          return sum
        },
      })),
    } as Method
    const registry = createRegistry([builtin(), { name: 'own', methods: [method] }])
    const cache = await createCaches(support, kernels).in(registry.space('clip'))
    const { scoreBatch } = await import('../../src/methods/score.js')
    const [batch] = [...cache.batches(queries)] as [Batch]
    const { contributions } = await scoreBatch(registry.method('outsider'), batch, { alpha: 1, beta: 1 }, {})
    expect(contributions.map(({ values }) => values.data[0])).toEqual([11, 22])
  })

  test('a graph by the name of a kernel is another graph', async () => {
    const cache = await createCaches(support, kernels).in(createRegistry([builtin()]).space('clip'))
    const [batch] = [...cache.batches(queries)] as [Batch]
    const seen = batch.seenBy({ key: {}, name: 'own', isTrusted: false })
    const describe = () => ({
      inputs: { a: ['n', 'd'], b: ['m', 'd'] },
      outputs: { result: ['n', 'd'] },
      nodes: [],
    })
    // A graph without nodes gives no result; that of the kernel would.
    await kernels.dot(batch.queries, batch.queries)
    await expect(
      seen.cache.kernels.run('dot', describe, { a: batch.queries, b: batch.queries }),
    ).rejects.toThrow()
  })
})

describe('a space that', () => {
  test.each<[string, FeatureSpace, RegExp]>([
    [
      'gives a row too few',
      spaceThat(({ rows, columns }) => zeros(rows - 1, columns)),
      /must be \d+ × \d+, not/,
    ],
    [
      'gives a Float64Array',
      spaceThat((given) => ({ ...given, data: Float64Array.from(given.data) })),
      /of type Float64Array/,
    ],
    [
      'gives NaN',
      spaceThat((given) => ({ ...given, data: given.data.map(() => Number.NaN) })),
      /contain NaN at row 0/,
    ],
    ['gives nothing', spaceThat(() => null), /must be a matrix, not null/],
    [
      'gives no columns',
      spaceThat(({ rows }) => ({ rows, columns: 0, data: new Float32Array() })),
      /must be \d+ × one or more, not \d+ × 0/,
    ],
    [
      'gives a number of columns that changes',
      spaceThat(({ rows }) => zeros(rows, 2 + (rows % 2))),
      /must be \d+ × \d, not/,
    ],
    [
      'describes a graph that is none',
      {
        ...spaceThat((given) => given),
        fit: async () => ({ project: async (given) => given, graph: 5 as never }),
      },
      /its graph must be/,
    ],
    [
      'throws',
      spaceThat(() => {
        throw new Error('no luck')
      }),
      /no luck/,
    ],
    [
      'cannot project',
      { ...spaceThat(() => {}), fit: async () => ({}) as never },
      /its fit must give an object/,
    ],
  ])('%s fails by name, and the suite catches it', async (_, space, says) => {
    const failing = evaluating({ spaces: [space] }, 'tip-adapter')('own-space')
    await expect(failing).rejects.toThrow(/^Plugin wrong: the space own-space failed/)
    await expect(failing).rejects.toThrow(says)
    expect(Object.values(await failuresOf(spaceChecks(space))).join('\n')).toMatch(says)
  })

  test('writes to the features changes nothing for others, and the suite catches it', async () => {
    const space = spaceThat((given) => {
      given.data.reverse()
      return matrix(given.rows, given.columns, given.data)
    })
    const before = queries.clip?.data.slice()
    await evaluating({ spaces: [space] }, 'tip-adapter')('own-space')
    expect(queries.clip?.data).toEqual(before)
    expect(await failuresOf(spaceChecks(space))).toHaveProperty('writes to nothing that it is given')
  })
})

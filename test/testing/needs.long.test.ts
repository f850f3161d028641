import { describe, expect, test } from 'vitest'
import { createCaches } from '../../src/cache/caches.js'
import type { Batch } from '../../src/cache/contract.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { defineMethod, type Method, type SumMethod, type Term } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { clip } from '../../src/spaces/clip.js'
import { defineSpace, type FeatureSpace, type SpaceSupport } from '../../src/spaces/contract.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix, meanRow, subtractRow, unitRows } from '../../src/tensor/matrix.js'
import { methodChecks, spaceChecks } from '../../src/testing/index.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { failuresOf } from './failures.js'
import { methodWith } from './plugins.js'

// What a method or a space declares that it needs: right ones, and ones that are wrong on purpose.

const kernels = createKernels(sharedRuntime())
const { support, queries, images } = syntheticTask({ shots: [4, 4, 4], noise: 1 })
const labels = Int32Array.from({ length: images }, (_, i) => i % 3)

const needing = (needs: Method['needs'] & object, logits: Term['logits'], more: Partial<Term> = {}): Method =>
  defineMethod({ ...methodWith({ ...more, usesTexts: true, usesKeys: true, logits }), needs })

const transductive = (logits: Term['logits']): Method =>
  defineMethod({ ...methodWith({ logits }), transductive: { alone: 'It is zero-shot CLIP.' } })

/** The checks of a method in clip that have one of these names. */
const checksOf = (method: Method, ...behaviours: readonly string[]) =>
  methodChecks(method, { spaces: [clip()] }).filter(({ name }) =>
    behaviours.some((each) => name.endsWith(each)),
  )

/** A space that has no place for texts. */
const imagesAlone = defineSpace({
  ...{ id: 'images-alone', name: 'Images alone', summary: '', base: 'clip', trained: false },
  fit: async () => ({ project: async (features) => features }),
})

/** What a method gets in a comparison. */
const runOf = (method: Method, space = 'clip') => {
  const registry = createRegistry([builtin(), { name: 'wrong', methods: [method], spaces: [imagesAlone] }])
  return evaluate({
    ...{ method: registry.method('outsider'), space: registry.space(space), support, kernels },
    selection: 'LEAVE_ONE_OUT',
    grids: { beta: [2], alpha: [0, 1] },
    test: { features: queries, labels },
  })
}

/** The similarity of an image in its space with the keys of a class, at most. */
async function nearestKeys(batch: Batch): Promise<Matrix> {
  const affinities = await batch.affinities()
  const { classes, labels } = batch.cache
  return maximaOf(affinities, labels, classes)
}

/** The maximum of the columns of each class, [n, C]; 0 for a class without any. */
function maximaOf({ rows, columns, data }: Matrix, ofColumn: Int32Array, classes: number): Matrix {
  const maxima = matrix(rows, classes)
  maxima.data.fill(Number.NEGATIVE_INFINITY)
  for (let at = 0; at < data.length; at++) {
    const to = Math.floor(at / columns) * classes + (ofColumn[at % columns] as number)
    maxima.data[to] = Math.max(maxima.data[to] as number, data[at] as number)
  }
  return matrix(
    rows,
    classes,
    maxima.data.map((value) => (Number.isFinite(value) ? value : 0)),
  )
}

const plus = (a: Matrix, b: Matrix): Matrix =>
  matrix(
    a.rows,
    a.columns,
    a.data.map((value, at) => value + (b.data[at] as number)),
  )

/** The best prompt of each class, and the nearest key. */
const bestPrompt = needing(['prompts'], async (batch) => {
  const { features, labels } = await batch.cache.prompts()
  const similarities = await batch.cache.kernels.dot(batch.queries, features)
  return plus(maximaOf(similarities, labels, batch.cache.classes), await nearestKeys(batch))
})

/** How much nearer an image is to the keys of a class than the images of the batch on average. */
const nearerThanOthers = transductive(async (batch) => {
  const nearest = await nearestKeys(batch)
  return subtractRow(nearest, meanRow(nearest))
})

/** The texts of the classes beside images in the space. */
const textsInSpace = needing(['projected-texts'], async (batch) => {
  const { cache } = batch
  const texts = cache.textClassifier ?? matrix(0, 0)
  const similarities = await cache.kernels.dot(await batch.spaceQueries(), await cache.projectTexts(texts))
  return plus(similarities, await nearestKeys(batch))
})

/** The patch of an image that fits each text best, beside the nearest key. */
const bestPatch = needing(['patches'], async (batch) => {
  const { perImage, features } = await batch.patches()
  const { kernels, textClassifier, classes } = batch.cache
  const fits = await kernels.dot(features, textClassifier ?? matrix(0, 0))
  const best = matrix(batch.rows, classes)
  best.data.fill(Number.NEGATIVE_INFINITY)
  for (let at = 0; at < fits.data.length; at++) {
    const to = Math.floor(at / (perImage * classes)) * classes + (at % classes)
    best.data[to] = Math.max(best.data[to] as number, fits.data[at] as number)
  }
  return plus(best, await nearestKeys(batch))
})

describe.each([
  ['needs prompts', bestPrompt],
  ['needs patches', bestPatch],
  ['is transductive', nearerThanOthers],
  ['needs projected texts', textsInSpace],
])('a method that %s', (_, method) => {
  for (const { name, run } of methodChecks(method, { spaces: [clip()] })) test(name, run)
})

test('a method that needs projected texts is checked in a space that centres texts too', async () => {
  const checks = methodChecks(textsInSpace).filter(({ name }) => name.startsWith('outsider in centred-texts'))
  const wanted = checks.filter(({ name }) => /every query|projects texts|in the space/.test(name))
  expect(wanted).toHaveLength(3)
  expect(await failuresOf(wanted)).toEqual({})
})

const wrongMethods: readonly [string, Method, RegExp][] = [
  [
    'reads prompts without declaring it',
    methodWith({ usesTexts: true, logits: bestPrompt.terms?.[1]?.logits as Term['logits'] }),
    /it uses prompts without declaring it: add needs: \['prompts'\]/,
  ],
  [
    'projects texts without declaring it',
    methodWith({ usesTexts: true, logits: textsInSpace.terms?.[1]?.logits as Term['logits'] }),
    /it uses projected-texts without declaring it/,
  ],
  [
    'reads patches without declaring it',
    methodWith({ usesTexts: true, logits: bestPatch.terms?.[1]?.logits as Term['logits'] }),
    /it uses patches without declaring it/,
  ],
  [
    'writes to the prompts',
    needing(['prompts'], async (batch) => {
      const { features } = await batch.cache.prompts()
      features.data.fill(0)
      return nearestKeys(batch)
    }),
    /writes to prompts\(\)\.features/,
  ],
  [
    'writes to the classes of the prompts',
    needing(['prompts'], async (batch) => {
      const { labels } = await batch.cache.prompts()
      labels.fill(0)
      return nearestKeys(batch)
    }),
    /writes to prompts\(\)\.labels/,
  ],
  [
    'divides by the number of other queries',
    transductive(async (batch) => {
      const nearest = await nearestKeys(batch)
      const share = nearest.data.map((value) => value / (batch.rows - 1))
      return matrix(nearest.rows, nearest.columns, share)
    }),
    /its logits must be finite/,
  ],
]

describe('a method that', () => {
  test.each(wrongMethods)(
    '%s fails by name where it can, and the suite catches it',
    async (_, method, says) => {
      const failures = Object.values(await failuresOf(methodChecks(method)))
      expect(failures.join('\n')).toMatch(says)
      if (method.transductive) return // Only one image alone shows it.
      const failing = runOf(method)
      await expect(failing).rejects.toMatchObject({ code: 'PLUGIN_FAILED' })
      await expect(failing).rejects.toThrow(says)
    },
  )

  test.each<[string, Method, string]>([
    [
      'declares prompts and reads none',
      needing(['prompts'], nearestKeys),
      'scores by the prompts that it is given',
    ],
    [
      'declares patches and reads none',
      needing(['patches'], nearestKeys),
      'scores by the patches that it is given',
    ],
    [
      'takes the first prompt of each class',
      needing(['prompts'], async (batch) => {
        const { features, labels } = await batch.cache.prompts()
        const similarities = await batch.cache.kernels.dot(batch.queries, features)
        const first = Array.from({ length: batch.cache.classes }, (_, c) => labels.indexOf(c))
        const own = matrix(batch.rows, batch.cache.classes)
        for (let at = 0; at < own.data.length; at++) {
          const [i, c] = [Math.floor(at / own.columns), at % own.columns]
          own.data[at] = similarities.data[i * features.rows + (first[c] as number)] as number
        }
        return plus(own, await nearestKeys(batch))
      }),
      'the order of the prompts of a class changes nothing',
    ],
    [
      'declares that it is transductive and is not',
      transductive(nearestKeys),
      'decides for all queries together, as it declares',
    ],
    [
      'compares all queries with the first',
      transductive(async (batch) => {
        const nearest = await nearestKeys(batch)
        return subtractRow(nearest, nearest.data.slice(0, nearest.columns))
      }),
      'the order of the queries changes nothing',
    ],
    [
      'compares images with texts that it does not project',
      needing(['projected-texts'], async (batch) => {
        const texts = batch.cache.textClassifier ?? matrix(0, 0)
        return plus(
          await batch.cache.kernels.dot(batch.queries, texts),
          batch.classSums(await batch.affinities()),
        )
      }),
      'projects texts, as it declares',
    ],
  ])('%s is caught by the suite', async (_, method, check) => {
    expect(await failuresOf(checksOf(method, check))).toHaveProperty([check])
  })

  test('is transductive and does not say so is told how to', async () => {
    const { transductive: _, ...undeclared } = nearerThanOthers
    const failures = await failuresOf(
      checksOf(undeclared as Method, 'an image alone scores as it does among others'),
    )
    expect(failures['an image alone scores as it does among others']).toMatch(
      /must declare it as transductive/,
    )
  })

  test('needs prompts is refused by name where there are none', async () => {
    const { prompts: _, ...images } = support
    await expect(
      fitMethod({
        ...{ method: bestPrompt, space: createRegistry([builtin()]).space('clip'), kernels },
        ...{ support: images, selection: 'NONE' },
      }),
    ).rejects.toMatchObject({ code: 'PROMPTS_REQUIRED' })
  })

  test('needs projected texts is refused in a space that projects none', async () => {
    await expect(runOf(textsInSpace, 'images-alone')).rejects.toMatchObject({ code: 'TEXTS_NOT_IN_SPACE' })
    await expect(runOf(textsInSpace)).resolves.toHaveProperty('accuracy')
  })

  test('needs what its terms do not declare is refused', () => {
    const { terms, ...rest } = bestPrompt
    const [, own] = terms ?? []
    if (!own) throw new Error('it has two terms')
    const withoutText = () =>
      defineMethod({ ...rest, terms: [{ ...own, usesTexts: false }] } as unknown as SumMethod)
    expect(withoutText).toThrow(/it needs prompts, so that a term, or the method, must declare usesTexts/)
  })
})

describe('a transductive method', () => {
  const rows: number[] = []
  const method = transductive(async (batch) => {
    rows.push(batch.rows)
    return nearestKeys(batch)
  })

  test('gets all queries in one batch, however many, and each fold of leave-one-out in one', async () => {
    const many = {
      clip: unitRows(
        matrix(
          30_000,
          8,
          Float32Array.from({ length: 240_000 }, (_, i) => Math.sin(i)),
        ),
      ),
    }
    const few = syntheticTask({ shots: [90, 90], dimensions: 8 }).support
    const space = createRegistry([builtin()]).space('clip')
    const caches = createCaches(few, kernels)
    const fitted = await fitMethod({
      method,
      space,
      support: few,
      caches,
      selection: 'LEAVE_ONE_OUT',
      kernels,
      grids: { alpha: [1], beta: [2] },
    })
    // 90 images of each class in 32 folds: two or three of each class at a time. The temperature also leaves out half of them.
    expect([...new Set(rows)].sort()).toEqual([4, 6, 90])
    rows.length = 0
    for await (const _ of scoreQueries(fitted, many));
    expect(rows).toEqual([30_000])
  })
})

const space = (more: Partial<FeatureSpace>, fitTo: (support: SpaceSupport) => unknown): FeatureSpace =>
  defineSpace({
    ...{ id: 'own', name: 'Own', summary: '', base: 'clip', trained: false },
    fit: async (given) => fitTo(given) as never,
    ...more,
  })
const centre = (features: Matrix, by: Matrix | null) =>
  unitRows(by ? subtractRow(features, meanRow(by)) : features)

describe('a space that reads and projects texts', () => {
  const between = space({ usesTexts: true }, ({ textClassifier }) => ({
    project: async (features: Matrix) => centre(features, textClassifier),
    projectTexts: async (texts: Matrix) => centre(texts, textClassifier),
  }))
  for (const { name, run } of spaceChecks(between)) test(name, run)

  test.each<[string, FeatureSpace, string]>([
    [
      'declares texts and reads none',
      space({ usesTexts: true }, ({ features: own }) => ({
        project: async (features: Matrix) => centre(features, own),
      })),
      'is fitted by the texts, as it declares',
    ],
    [
      'writes to the texts',
      space({ usesTexts: true }, ({ textClassifier }) => {
        textClassifier?.data.reverse()
        return { project: async (features: Matrix) => centre(features, textClassifier) }
      }),
      'writes to nothing that it is given',
    ],
    [
      'projects texts to other dimensions than images',
      space({}, () => ({
        project: async (features: Matrix) => features,
        projectTexts: async ({ rows, columns }: Matrix) => matrix(rows, columns + 1),
      })),
      'projects texts, if it does, to unit vectors beside those of images',
    ],
    [
      'projects texts by those beside them',
      space({}, () => ({
        project: async (features: Matrix) => features,
        projectTexts: async (texts: Matrix) => centre(texts, texts),
      })),
      'projects texts, if it does, to unit vectors beside those of images',
    ],
    [
      'projects texts that are not unit',
      space({}, () => ({
        project: async (features: Matrix) => features,
        projectTexts: async ({ rows, columns, data }: Matrix) =>
          matrix(
            rows,
            columns,
            data.map((x) => 2 * x),
          ),
      })),
      'projects texts, if it does, to unit vectors beside those of images',
    ],
  ])('%s is caught by the suite', async (_, wrong, check) => {
    expect(await failuresOf(spaceChecks(wrong))).toHaveProperty([check])
  })
})

import { createCaches } from '../cache/caches.js'
import { fitMethod } from '../evaluation/fit.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { defaultsOf, type Method, usesTexts, type Values } from '../methods/contract.js'
import { centred } from '../spaces/centred.js'
import { clip } from '../spaces/clip.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import { shrunk } from '../spaces/shrunk.js'
import { whitened } from '../spaces/whitened.js'
import { gatherRows, type Matrix, matrix, stackRows, unitRows } from '../tensor/matrix.js'
import { assertClose, assertIdentical, assertShape } from './assertions.js'
import { type Check, checksOf, withContext } from './check.js'
import { sharedKernels } from './kernels.js'
import {
  pointsOf,
  type Scoring,
  scoreLeavingOneOut,
  scoreQueries,
  smallGrids,
  withoutWeights,
} from './scoring.js'
import {
  gatherColumns,
  permutation,
  pick,
  pickSupport,
  syntheticTask,
  type Task,
  type TaskOptions,
  withClassesIn,
} from './synthetic.js'

export interface MethodChecksOptions {
  readonly spaces?: readonly FeatureSpace[]
}

/**
 * The checks of a method in each of the spaces. Default spaces: `clip`, and also `centred` and `whitened` for a
 * method that compares images. Each check runs at the method's defaults and at both ends of its grids.
 */
export function methodChecks(
  { origin: _, ...method }: Method,
  { spaces = spacesOf(method) }: MethodChecksOptions = {},
): readonly Check[] {
  if (spaces.length === 0) {
    throw new Error(`${method.id} can be used in ${method.spaces?.join(', ')}: give these as \`spaces\``)
  }
  return spaces.flatMap((space) => checksOf(`${method.id} in ${space.id}`, behaviours(method, space)))
}

/** Spaces that every author has, as far as the method can be used in them. */
const spacesOf = ({ space, spaces }: Method): readonly FeatureSpace[] => {
  const all = [clip(), centred(), whitened(), shrunk()]
  if (space === null) return [clip()]
  return spaces ? all.filter(({ id }) => spaces.includes(id)) : all.slice(0, 3)
}

/** Balanced and unbalanced support sets, which take different code paths in the cache. */
const ordinary: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 4],
  [5, 1, 3, 2],
]

/** The space with other distances: every second coordinate is shrunk. */
const bent = (space: FeatureSpace): FeatureSpace => ({
  ...space,
  id: `${space.id}, bent`,
  async fit(support, kernels, values) {
    const fitted = await fitSpace(space, support, kernels, values)
    return {
      async project(features) {
        const { rows, columns, data } = await fitted.project(features)
        return unitRows(
          matrix(
            rows,
            columns,
            data.map((value, at) => ((at % columns) % 2 === 0 ? value : value / 4)),
          ),
        )
      },
    }
  },
})

/** A task with the method at given values. */
interface Given extends Task {
  fitTo(support: Support): Promise<Scoring>
  /** Fits to a support set and returns the logits of queries. */
  logits(support: Support, queries: SpaceFeatures): Promise<Matrix>
}

function behaviours(method: Method, space: FeatureSpace): Record<string, () => Promise<void>> {
  /** Every value that is shared is compared with a copy after each call. */
  const given = (support: Support) => ({
    ...{ method, space, support, kernels: sharedKernels() },
    caches: createCaches(support, sharedKernels(), 'everything'),
  })
  const fitAt = (values: Values, support: Support): Promise<Scoring> =>
    fitMethod({ ...given(support), selection: 'NONE', fixed: values })
  const logitsAt = async (values: Values, support: Support, queries: SpaceFeatures): Promise<Matrix> =>
    (await scoreQueries(await fitAt(values, support), queries)).logits

  /** Runs a check on all kinds of tasks, at every point. */
  const throughout = (check: (given: Given) => Promise<void>) => async () => {
    for (const shots of ordinary) {
      const task = syntheticTask({ shots, bases: [space.base] })
      for (const values of pointsOf(method)) {
        const given: Given = {
          ...task,
          fitTo: (support) => fitAt(values, support),
          logits: (support, queries) => logitsAt(values, support, queries),
        }
        const where = `at ${JSON.stringify(values)}, with ${shots.join(', ')} support images of the classes`
        await check(given).catch(withContext(where))
      }
    }
  }

  /** Fits in all ways and scores. Nothing may throw, and every logit must be finite. */
  const survives = (options: TaskOptions) => async () => {
    const { support, queries, images } = syntheticTask({ bases: [space.base], ...options })
    await fitMethod({ ...given(support), selection: 'LEAVE_ONE_OUT', grids: smallGrids(method) })
    for (const values of pointsOf(method)) {
      const at = JSON.stringify(values)
      const fitted = await fitAt(values, support)
      const { logits } = await scoreQueries(fitted, queries)
      assertShape(`the logits at ${at}`, logits, images, support.classes)
      for (const [image, row] of await scoreLeavingOneOut(fitted, support)) {
        assertShape(
          `the logits of left-out image ${image} at ${at}`,
          matrix(1, row.length, row),
          1,
          support.classes,
        )
      }
    }
  }

  return {
    'scores every query for every class': throughout(async ({ support, queries, images, logits }) => {
      assertShape('the logits', await logits(support, queries), images, support.classes)
    }),

    'the order of the queries changes nothing': throughout(async ({ support, queries, images, logits }) => {
      const order = permutation(images)
      const reordered = await logits(support, pick(queries, order))
      assertClose('the logits', reordered, gatherRows(await logits(support, queries), order))
    }),

    'the order of the classes changes nothing': throughout(async ({ support, queries, logits }) => {
      const order = permutation(support.classes)
      const reordered = await logits(withClassesIn(order, support), queries)
      assertClose('the logits', reordered, gatherColumns(await logits(support, queries), order))
    }),

    'the order of the support images changes nothing': throughout(async ({ support, queries, logits }) => {
      const reordered = await logits(pickSupport(support, permutation(support.labels.length)), queries)
      assertClose('the logits', reordered, await logits(support, queries))
    }),

    'an image alone scores as it does among others': throughout(async (given) => {
      const { queries, images } = given
      const fitted = await given.fitTo(given.support)
      const alone = Array.from({ length: images }, (_, i) => scoreQueries(fitted, pick(queries, [i])))
      const logits = (await Promise.all(alone)).map((scores) => scores.logits)
      assertClose('the logits', stackRows(logits), (await scoreQueries(fitted, queries)).logits)
    }),

    'scores the same twice, bit for bit': throughout(async ({ support, queries, logits }) => {
      const first = await logits(support, queries)
      assertIdentical('the logits', await logits(support, queries), first)
    }),

    'the contributions of its terms sum to the logits': throughout(async ({ support, queries, fitTo }) => {
      const { logits, contributions } = await scoreQueries(await fitTo(support), queries)
      const sums = logits.data.map((_, at) =>
        contributions.reduce((sum, { values }) => sum + (values.data[at] as number), 0),
      )
      assertClose('the sums', matrix(logits.rows, logits.columns, sums), logits)
    }),

    ...(method.terms && {
      'with all weights at 0 only the terms without a weight count': throughout(async (given) => {
        const fitted = withoutWeights(await given.fitTo(given.support))
        const bare = { ...method, terms: method.terms.filter(({ weight }) => weight === null) }
        const { logits } = await scoreQueries(fitted, given.queries)
        assertClose(
          'the logits',
          logits,
          (await scoreQueries({ ...fitted, method: bare }, given.queries)).logits,
        )
      }),
    }),

    ...(method.space !== null && {
      'scores by the support set that it is given': async () => {
        const { support, queries } = syntheticTask({ shots: [4, 4, 4], bases: [space.base] })
        const half = Array.from(support.labels.keys()).filter((i) => i % 2 === 0)
        const first = await logitsAt(defaultsOf(method), support, queries)
        const second = await logitsAt(defaultsOf(method), pickSupport(support, half), queries)
        if (first.data.every((logit, at) => logit === second.data[at])) {
          throw new Error('the logits are the same with another support set')
        }
      },

      'compares images in the space that it is given': async () => {
        const { support, queries } = syntheticTask({ shots: [4, 4, 4], bases: [space.base] })
        const here = await logitsAt(defaultsOf(method), support, queries)
        const elsewhere = await fitMethod({
          ...given(support),
          space: bent(space),
          selection: 'NONE',
          fixed: defaultsOf(method),
        })
        const { logits } = await scoreQueries(elsewhere, queries)
        if (here.data.every((logit, at) => logit === logits.data[at])) {
          throw new Error(
            `the logits are the same in another space, so that ${space.id} makes no difference. Read spaceQueries(), spaceKeys or affinities(), or declare the space as null`,
          )
        }
      },
    }),

    ...(!usesTexts(method) && {
      'needs no texts, as it declares': throughout(async ({ support, queries, logits }) => {
        const without = await logits({ ...support, textClassifier: null }, queries)
        assertClose('the logits', without, await logits(support, queries))
      }),
    }),

    'stays finite with one image per class': survives({ shots: [1, 1, 1, 1] }),
    'stays finite with one class': survives({ shots: [4] }),
    'stays finite with a single support image': survives({ shots: [1] }),
    'stays finite with a class that has no support image': survives({ shots: [3, 0, 2] }),
    'stays finite with unbalanced classes': survives({ shots: [9, 1, 4, 2] }),
    'stays finite with classes that have no query': survives({ shots: [3, 3, 3], queryClasses: [1, 1] }),
    'stays finite with more images than dimensions': survives({ shots: [6, 6, 6], dimensions: 8 }),
    'stays finite if all images are equal': survives({ shots: [3, 3], noise: 0, separation: 0 }),
    'stays finite if the images of a class are equal': survives({ shots: [3, 3, 3], noise: 0 }),
  }
}

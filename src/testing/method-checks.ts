import { createCaches } from '../cache/caches.js'
import { reasonOf, ShotboardError } from '../errors.js'
import { fitMethod } from '../evaluation/fit.js'
import { onlyPatches } from '../features/patches.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { faultOfGraphs } from '../methods/check-graph.js'
import { defaultsOf, type Method, usesTexts, type Values } from '../methods/contract.js'
import { centred } from '../spaces/centred.js'
import { clip } from '../spaces/clip.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { shrunk } from '../spaces/shrunk.js'
import { whitened } from '../spaces/whitened.js'
import { once } from '../system/once.js'
import { gatherColumns, gatherRows, type Matrix, matrix, stackRows } from '../tensor/matrix.js'
import { areClose, assertClose, assertIdentical, assertShape } from './assertions.js'
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
import { bent, centredTexts, turningTexts } from './spaces-for-checks.js'
import {
  permutation,
  pick,
  pickSupport,
  syntheticTask,
  type Task,
  type TaskOptions,
  withClassesIn,
  withPromptsReversed,
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

/**
 * Spaces that every author has, as far as the method can be used in them. For a method that compares images with texts, ones
 * that project texts.
 */
const spacesOf = ({ space, spaces, needs }: Method): readonly FeatureSpace[] => {
  const all = needs?.includes('projected-texts')
    ? [clip(), centredTexts()]
    : [clip(), centred(), whitened(), shrunk()]
  if (space === null) return [clip()]
  return spaces ? all.filter(({ id }) => spaces.includes(id)) : all.slice(0, 3)
}

/** Balanced and unbalanced support sets, which take different code paths in the cache. */
const ordinary: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 4],
  [5, 1, 3, 2],
]

const hasGraph = ({ terms, graph }: Method): boolean =>
  terms ? terms.some((term) => term.graph !== undefined) : graph !== undefined

const withoutPrompts = ({ prompts: _, ...support }: Support): Omit<Support, 'prompts'> => support

/** A task with the method at given values. */
interface Given extends Task {
  /** Fits to a support set and returns the logits of queries. */
  logits(support: Support, queries: SpaceFeatures): Promise<Matrix>
  /** The fit to the task's own support set, made once for all checks, with a cache that all points share. */
  ownFit(): Promise<Scoring>
  /** The logits of the task's own queries by that fit. */
  ownLogits(): Promise<Matrix>
}

function behaviours(method: Method, space: FeatureSpace): Record<string, () => Promise<void>> {
  const needsPatches = method.needs?.includes('patches') ?? false
  const taskOf = (options: TaskOptions): Task =>
    syntheticTask({ bases: [space.base], patches: needsPatches, ...options })
  /** Every value that is shared is compared with a copy after each call. */
  const given = (support: Support) => ({
    ...{ method, space, support, kernels: sharedKernels() },
    caches: createCaches(support, sharedKernels(), 'everything'),
  })
  const fitAt = (values: Values, support: Support, own = given(support)): Promise<Scoring> =>
    fitMethod({ ...own, selection: 'NONE', fixed: values, calibrated: false })
  const logitsAt = async (values: Values, support: Support, queries: SpaceFeatures): Promise<Matrix> =>
    (await scoreQueries(await fitAt(values, support), queries)).logits

  const tasks = once(async () =>
    ordinary.map((shots) => {
      const task = taskOf({ shots })
      const shared = given(task.support)
      const points = pointsOf(method).map((values): { values: Values; given: Given } => {
        const ownFit = once(() => fitAt(values, task.support, shared))
        const ownLogits = once(async () => (await scoreQueries(await ownFit(), task.queries)).logits)
        const logits = (support: Support, queries: SpaceFeatures) => logitsAt(values, support, queries)
        return { values, given: { ...task, logits, ownFit, ownLogits } }
      })
      return { shots, points }
    }),
  )

  /** Runs a check on all kinds of tasks, at every point. */
  const throughout = (check: (given: Given) => Promise<void>) => async () => {
    for (const { shots, points } of await tasks()) {
      for (const { values, given } of points) {
        const where = `at ${JSON.stringify(values)}, with ${shots.join(', ')} support images of the classes`
        await check(given).catch(withContext(where))
      }
    }
  }

  /** Fits in all ways and scores. Nothing may throw, and every logit must be finite. */
  const survives = (options: TaskOptions) => async () => {
    const { support, queries, images } = taskOf(options)
    const shared = given(support)
    await fitMethod({ ...shared, selection: 'LEAVE_ONE_OUT', grids: smallGrids(method) })
    for (const values of pointsOf(method)) {
      const at = JSON.stringify(values)
      const fitted = await fitAt(values, support, shared)
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

  /** The logits of each query by itself. */
  async function scoredAlone(fitted: Scoring, { queries, images }: Task): Promise<Matrix> {
    const alone = Array.from({ length: images }, (_, i) => scoreQueries(fitted, pick(queries, [i])))
    return stackRows((await Promise.all(alone)).map(({ logits }) => logits))
  }

  return {
    'scores every query for every class': throughout(async ({ support, images, ownLogits }) => {
      assertShape('the logits', await ownLogits(), images, support.classes)
    }),

    'the order of the queries changes nothing': throughout(
      async ({ support, queries, images, logits, ownLogits }) => {
        const order = permutation(images)
        const reordered = await logits(support, pick(queries, order))
        assertClose('the logits', reordered, gatherRows(await ownLogits(), order))
      },
    ),

    'the order of the classes changes nothing': throughout(
      async ({ support, queries, logits, ownLogits }) => {
        const order = permutation(support.classes)
        const reordered = await logits(withClassesIn(order, support), queries)
        assertClose('the logits', reordered, gatherColumns(await ownLogits(), order))
      },
    ),

    'the order of the support images changes nothing': throughout(
      async ({ support, queries, logits, ownLogits }) => {
        const reordered = await logits(pickSupport(support, permutation(support.labels.length)), queries)
        assertClose('the logits', reordered, await ownLogits())
      },
    ),

    ...(hasGraph(method) && {
      'its graph computes what it scores': async () => {
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const fault = await faultOfGraphs(await fitAt(defaultsOf(method), support), queries)
        if (fault) throw new Error(`${fault.what}: ${fault.reason}`)
      },
    }),

    ...(!method.transductive && {
      'an image alone scores as it does among others': throughout(async (given) => {
        const fitted = await given.ownFit()
        const { logits } = await scoreQueries(fitted, given.queries)
        const alone = await scoredAlone(fitted, given)
        try {
          assertClose('the logits', alone, logits)
        } catch (error) {
          withContext('a method that decides for all queries together must declare it as transductive')(error)
        }
      }),
    }),

    ...(method.transductive && {
      'gives an image alone an answer': throughout(async (given) => {
        const { images, support } = given
        const alone = await scoredAlone(await given.ownFit(), given)
        assertShape('the logits of images alone', alone, images, support.classes)
      }),

      'decides for all queries together, as it declares': async () => {
        const task = taskOf({ shots: [4, 4, 4] })
        const fitted = await fitAt(defaultsOf(method), task.support)
        const { logits } = await scoreQueries(fitted, task.queries)
        const alone = await scoredAlone(fitted, task)
        if (areClose(alone, logits)) {
          throw new Error('an image alone has the same logits as among others: it is not transductive')
        }
      },
    }),

    ...(method.needs?.includes('prompts') && {
      'scores by the prompts that it is given': async () => {
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const { support: other } = taskOf({ shots: [4, 4, 4], promptsPerClass: 2 })
        const here = await logitsAt(defaultsOf(method), support, queries)
        const there = await logitsAt(defaultsOf(method), { ...other, ...withoutPrompts(support) }, queries)
        if (areClose(there, here)) {
          throw new Error('the logits are the same with other prompts of the same classes: it needs none')
        }
      },

      'the order of the prompts of a class changes nothing': throughout(
        async ({ support, queries, logits, ownLogits }) => {
          const reordered = await logits(withPromptsReversed(support), queries)
          assertClose('the logits', reordered, await ownLogits())
        },
      ),

      'says by name what is missing where there are no prompts': async () => {
        const { support, queries } = taskOf({ shots: [2, 2] })
        const refused = await logitsAt(defaultsOf(method), withoutPrompts(support), queries).catch(
          (error: unknown) => error,
        )
        if (!(refused instanceof ShotboardError && refused.code === 'PROMPTS_REQUIRED')) {
          throw new Error(`it must be refused with PROMPTS_REQUIRED, not ${reasonOf(refused)}`)
        }
      },
      'stays finite with one prompt per class': survives({ shots: [3, 3, 3], promptsPerClass: 1 }),
    }),

    ...(needsPatches && {
      'scores by the patches that it is given': async () => {
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const { queries: others } = taskOf({ shots: [4, 4, 4], queryClasses: [2, 1, 0, 2, 1, 0, 2, 1, 0] })
        const here = await logitsAt(defaultsOf(method), support, queries)
        const there = await logitsAt(defaultsOf(method), support, { ...queries, ...onlyPatches(others) })
        if (areClose(there, here)) {
          throw new Error('the logits are the same with the patches of other images: it needs none')
        }
      },

      'says by name what is missing where there are no patches': async () => {
        const { support, queries } = taskOf({ shots: [2, 2], patches: false })
        const refused = await logitsAt(defaultsOf(method), support, queries).catch((error: unknown) => error)
        if (!(refused instanceof ShotboardError && refused.code === 'PATCHES_REQUIRED')) {
          throw new Error(`it must be refused with PATCHES_REQUIRED, not ${reasonOf(refused)}`)
        }
      },
    }),

    'scores the same twice, bit for bit': throughout(async ({ support, queries, logits, ownLogits }) => {
      assertIdentical('the logits', await logits(support, queries), await ownLogits())
    }),

    'the contributions of its terms sum to the logits': throughout(async ({ queries, ownFit }) => {
      const { logits, contributions } = await scoreQueries(await ownFit(), queries)
      const sums = logits.data.map((_, at) =>
        contributions.reduce((sum, { values }) => sum + (values.data[at] as number), 0),
      )
      assertClose('the sums', matrix(logits.rows, logits.columns, sums), logits)
    }),

    ...(method.terms && {
      'with all weights at 0 only the terms without a weight count': throughout(async (given) => {
        const fitted = withoutWeights(await given.ownFit())
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
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const half = Array.from(support.labels.keys()).filter((i) => i % 2 === 0)
        const first = await logitsAt(defaultsOf(method), support, queries)
        const second = await logitsAt(defaultsOf(method), pickSupport(support, half), queries)
        if (first.data.every((logit, at) => logit === second.data[at])) {
          throw new Error('the logits are the same with another support set')
        }
      },

      'compares images in the space that it is given': async () => {
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const here = await logitsAt(defaultsOf(method), support, queries)
        const elsewhere = await fitMethod({
          ...given(support),
          space: bent(space),
          selection: 'NONE',
          fixed: defaultsOf(method),
          calibrated: false,
        })
        const { logits } = await scoreQueries(elsewhere, queries)
        if (here.data.every((logit, at) => logit === logits.data[at])) {
          throw new Error(
            `the logits are the same in another space, so that ${space.id} makes no difference. Read spaceQueries(), spaceKeys or affinities(), or declare the space as null`,
          )
        }
      },
    }),

    ...(method.needs?.includes('projected-texts') && {
      'projects texts, as it declares': async () => {
        const { support, queries } = taskOf({ shots: [4, 4, 4] })
        const fitIn = (chosen: FeatureSpace) =>
          fitMethod({
            ...given(support),
            ...{ space: chosen, selection: 'NONE', fixed: defaultsOf(method), calibrated: false },
          })
        const here = await scoreQueries(await fitIn(turningTexts(space, 1)), queries)
        const there = await scoreQueries(await fitIn(turningTexts(space, -1)), queries)
        if (areClose(there.logits, here.logits)) {
          throw new Error('the logits are the same if texts are projected elsewhere: it projects none')
        }
      },
    }),

    ...(!usesTexts(method) && {
      'needs no texts, as it declares': throughout(async ({ support, queries, logits, ownLogits }) => {
        const without = await logits({ ...withoutPrompts(support), textClassifier: null }, queries)
        assertClose('the logits', without, await ownLogits())
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

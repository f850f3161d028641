import { supportIn } from '../features/support.js'
import { faultOfPiece } from '../methods/check-graph.js'
import { rangeOf } from '../methods/contract.js'
import type { FeatureSpace, FittedSpace, SpaceSupport } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import { gatherRows, type Matrix, sliceRows, stackRows } from '../tensor/matrix.js'
import { assertClose, assertIdentical, assertShape, assertUnitRows } from './assertions.js'
import { type Check, checksOf, withContext } from './check.js'
import { sharedKernels } from './kernels.js'
import { permutation, syntheticTask, type TaskOptions } from './synthetic.js'

/** The checks of a feature space. */
export const spaceChecks = ({ origin: _, ...space }: FeatureSpace): readonly Check[] =>
  checksOf(`space ${space.id}`, behaviours(space))

/** Tasks with fewer and with more images than dimensions, balanced and unbalanced. */
const ordinary: readonly TaskOptions[] = [
  { shots: [4, 4, 4] },
  { shots: [5, 1, 3, 2] },
  { shots: [6, 6, 6, 6], dimensions: 8 },
]

interface Given {
  readonly support: SpaceSupport
  readonly queries: Matrix
  readonly texts: Matrix
}

function behaviours(space: FeatureSpace): Record<string, () => Promise<void>> {
  const taskOf = async (options: TaskOptions): Promise<Given> => {
    const { support, queries } = syntheticTask({ bases: [space.base], ...options })
    const given = await supportIn(support, space)
    return {
      support: space.usesTexts ? given : { ...given, textClassifier: null },
      queries: queries[space.base] as Matrix,
      texts: support.textClassifier as Matrix,
    }
  }
  const fitTo = (support: SpaceSupport): Promise<FittedSpace> => fitSpace(space, support, sharedKernels())
  const project = async (support: SpaceSupport, features: Matrix): Promise<Matrix> =>
    (await fitTo(support)).project(features)

  /** The affinities of queries with support images. */
  const affinities = async (support: SpaceSupport, queries: Matrix, keys = support.features) => {
    const fitted = await fitTo(support)
    return sharedKernels().dot(await fitted.project(queries), await fitted.project(keys))
  }

  const throughout = (check: (given: Given) => Promise<void>) => async () => {
    for (const options of ordinary) {
      await check(await taskOf(options)).catch(
        withContext(`with ${options.shots.join(', ')} support images of the classes`),
      )
    }
  }

  /** Projected images must be finite unit vectors. */
  const survives = (options: TaskOptions) => async () => {
    const { support, queries } = await taskOf(options)
    const projected = await project(support, queries)
    assertShape('the projected images', projected, queries.rows, projected.columns)
    assertUnitRows('the projected images', projected)
  }

  return {
    'gives every image a unit vector of the same dimensions': throughout(async ({ support, queries }) => {
      const fitted = await fitTo(support)
      const projected = await fitted.project(queries)
      assertShape('the projected images', projected, queries.rows, projected.columns)
      assertUnitRows('the projected images', projected)
      const keys = await fitted.project(support.features)
      assertShape('the projected support images', keys, support.features.rows, projected.columns)
      assertUnitRows('the projected support images', keys)
    }),

    'writes to nothing that it is given': throughout(async ({ support, queries }) => {
      const handedOver = copyOf(support)
      const { features, labels, textClassifier } = handedOver
      const fitted = await space.fit?.(handedOver, sharedKernels())
      assertIdentical('the support features after the fit', features, support.features)
      if (textClassifier && support.textClassifier) {
        assertIdentical('the text classifier after the fit', textClassifier, support.textClassifier)
      }
      if (labels.some((label, i) => label !== support.labels[i])) {
        throw new Error('the labels are others after the fit. Write to a copy instead')
      }
      const given = sliceRows(queries, 0, queries.rows)
      const before = gatherRows(queries, [...Array(queries.rows).keys()])
      await fitted?.project(given)
      assertIdentical('the features after they are projected', given, before)
    }),

    'projects the same twice, bit for bit': throughout(async ({ support, queries }) => {
      const first = await project(support, queries)
      assertIdentical('the projected images', await project(support, queries), first)
    }),

    'projects an image alone as it does among others': throughout(async ({ support, queries }) => {
      const fitted = await fitTo(support)
      const alone: Matrix[] = []
      for (let i = 0; i < queries.rows; i++) alone.push(await fitted.project(sliceRows(queries, i, i + 1)))
      assertClose('the projected images', stackRows(alone), await fitted.project(queries))
    }),

    'the order of the support images changes no affinity': throughout(async ({ support, queries }) => {
      const shuffled = pickLabelled(support, permutation(support.labels.length))
      const expected = await affinities(support, queries)
      assertClose('the affinities', await affinities(shuffled, queries, support.features), expected)
    }),

    'the numbering of the classes changes no affinity': throughout(async ({ support, queries }) => {
      const last = Math.max(...support.labels)
      const { textClassifier } = support
      const reversed = Array.from({ length: last + 1 }, (_, c) => last - c)
      const renumbered = {
        ...support,
        labels: support.labels.map((label) => last - label),
        textClassifier: textClassifier && gatherRows(textClassifier, reversed),
      }
      assertClose('the affinities', await affinities(renumbered, queries), await affinities(support, queries))
    }),

    'an image with two classes is compared like any other': throughout(async ({ support }) => {
      const rows = [...support.labels.keys(), 0]
      const twice = pickLabelled(support, rows)
      twice.labels[rows.length - 1] = Math.max(...support.labels)
      const all = await affinities(twice, twice.features)
      const last = rows.length - 1
      assertClose('the affinities', sliceRows(all, last, last + 1), sliceRows(all, 0, 1))
    }),

    ...(space.usesTexts && {
      'is fitted by the texts, as it declares': async () => {
        const { support, queries } = await taskOf({ shots: [4, 4, 4] })
        const { textClassifier } = support
        const others = textClassifier && { ...textClassifier, data: textClassifier.data.map((x) => -x) }
        const there = await affinities({ ...support, textClassifier: others }, queries)
        const here = await affinities(support, queries)
        if (here.data.every((affinity, at) => affinity === there.data[at])) {
          throw new Error('the affinities are the same with other texts: it must not declare usesTexts')
        }
      },
    }),

    'projects texts, if it does, to unit vectors beside those of images': throughout(
      async ({ support, queries, texts }) => {
        const fitted = await fitTo(support)
        const { columns } = await fitted.project(queries)
        const projected = await fitted.projectTexts?.(texts)
        if (!projected) return
        assertShape('the projected texts', projected, texts.rows, columns)
        assertUnitRows('the projected texts', projected)
        const alone: Matrix[] = []
        for (let i = 0; i < texts.rows; i++) {
          alone.push((await fitted.projectTexts?.(sliceRows(texts, i, i + 1))) ?? texts)
        }
        assertClose('the texts that are projected alone', stackRows(alone), projected)
      },
    ),

    'its graph, if it has one, computes what it projects': async () => {
      const { support, queries } = await taskOf({ shots: [4, 4, 4] })
      const { project, graph } = await fitTo(support)
      if (!graph) return
      const fault = await faultOfPiece(
        sharedKernels(),
        graph,
        { features: async () => queries },
        await project(queries),
      )
      if (fault !== undefined) throw new Error(fault)
    },

    ...(Object.keys(space.hyperparameters ?? {}).length > 0 && {
      'stays finite at both ends of its hyperparameters': throughout(async ({ support, queries }) => {
        for (const end of ['min', 'max'] as const) {
          const values = Object.fromEntries(
            Object.entries(space.hyperparameters ?? {}).map(([name, each]) => [name, rangeOf(each)[end]]),
          )
          const fitted = await fitSpace(space, support, sharedKernels(), values)
          assertUnitRows(`the projected images at ${JSON.stringify(values)}`, await fitted.project(queries))
        }
      }),
    }),

    'stays finite with a single support image': survives({ shots: [1] }),
    'stays finite with two support images': survives({ shots: [1, 1] }),
    'stays finite with one image per class': survives({ shots: [1, 1, 1, 1] }),
    'stays finite with one class': survives({ shots: [5] }),
    'stays finite with unbalanced classes': survives({ shots: [9, 1, 4, 2] }),
    'stays finite with more dimensions than images': survives({ shots: [2, 2], dimensions: 32 }),
    'stays finite with more images than dimensions': survives({ shots: [9, 9, 9], dimensions: 8 }),
    'stays finite if all images are equal': survives({ shots: [3, 3], noise: 0, separation: 0 }),
    'stays finite if the images of a class are equal': survives({ shots: [3, 3, 3], noise: 0 }),
  }
}

/** A copy. */
const copyOf = (support: SpaceSupport): SpaceSupport => {
  const { textClassifier } = support
  return {
    ...pickLabelled(support, [...support.labels.keys()]),
    textClassifier: textClassifier && gatherRows(textClassifier, [...Array(textClassifier.rows).keys()]),
  }
}

const pickLabelled = (support: SpaceSupport, rows: readonly number[]): SpaceSupport => ({
  ...support,
  features: gatherRows(support.features, rows),
  labels: Int32Array.from(rows, (i) => support.labels[i] as number),
})

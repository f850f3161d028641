import { withPatches } from '../features/patches.js'
import { type Prompts, promptsOfClasses } from '../features/prompts.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { GenericCovariance } from '../spaces/contract.js'
import { genericCovariance } from '../spaces/fitting/generic-covariance.js'
import { type Random, seeded } from '../system/random.js'
import { gatherRows, type Matrix, makeUnit, matrix, rowOf } from '../tensor/matrix.js'

export { selectFeatures as pick } from '../features/space-features.js'
export { selectSupport as pickSupport } from '../features/support.js'

/** A synthetic few-shot problem from a seed: a support set and queries. */
export interface Task {
  readonly support: Support
  readonly queries: SpaceFeatures
  /** The number of queries. */
  readonly images: number
}

export interface TaskOptions {
  /** The number of support images of each class. */
  readonly shots: readonly number[]
  /** The class of each query. Default: every class three times. */
  readonly queryClasses?: readonly number[]
  readonly dimensions?: number
  /** How much images of one class differ. With 0 they are all equal. */
  readonly noise?: number
  /** Classes whose images are all equal, for any noise. */
  readonly alike?: readonly number[]
  /** How much classes differ. With 0, and no noise, all images are equal. */
  readonly separation?: number
  /** The number of prompts of every class. */
  readonly promptsPerClass?: 1 | 2 | 3
  /** The encoder's spaces to make features for, besides `clip`. */
  readonly bases?: readonly string[]
  /** Whether images have the features of patches, three each. */
  readonly patches?: boolean
}

/**
 * Unit features with CLIP's geometry: all images share a direction, images scatter around the centre of their class,
 * and texts lie in a separate cone, nearer to the images of their class than to others. Other spaces than `clip` have
 * the same images with less of the shared direction.
 */
export function syntheticTask(options: TaskOptions): Task {
  const { shots, dimensions = 16, noise = 0.5, separation = 0.6, alike = [], bases = [] } = options
  const classes = shots.length
  const queryClasses = options.queryClasses ?? [0, 1, 2].flatMap(() => [...shots.keys()])
  const random = seeded('synthetic task', classes, dimensions)
  const direction = () => unitVector(random, dimensions)
  const shared = direction()
  const sharedByTexts = direction()
  const centres = shots.map(direction)

  const image = (c: number): Float32Array =>
    mix([shared, 0.7], [centres[c] ?? shared, separation], [direction(), alike.includes(c) ? 0 : noise])
  const labels = Int32Array.from(shots.flatMap((count, c) => new Array<number>(count).fill(c)))
  const features = rowsOf(Array.from(labels, image), dimensions)
  const queries = rowsOf(queryClasses.map(image), dimensions)
  const texts = centres.map((centre) =>
    mix([sharedByTexts, 0.8], [shared, 0.4], [centre, 0.35], [direction(), 0.2]),
  )
  const prompts = promptsAround(texts, options.promptsPerClass)
  const withBases = (clip: Matrix): SpaceFeatures => ({
    clip,
    ...Object.fromEntries(
      bases.filter((base) => base !== 'clip').map((base) => [base, lessOf(shared, clip)]),
    ),
  })
  const inAllBases = (clip: Matrix): SpaceFeatures =>
    options.patches ? withPatches(withBases(clip), patchesAround(clip)) : withBases(clip)
  return {
    support: {
      features: inAllBases(features),
      labels,
      classes,
      textClassifier: rowsOf(texts, dimensions),
      logitScale: 100,
      generic: async () => syntheticGeneric(dimensions),
      prompts: async () => prompts,
    },
    queries: inAllBases(queries),
    images: queryClasses.length,
  }
}

/** Three patches of each image, which lie around it. */
function patchesAround(images: Matrix): Matrix {
  const random = seeded('synthetic patches', images.rows, images.columns)
  const patches = Array.from({ length: images.rows }, (_, i) =>
    [0.3, 0.6, 1].map((noise) => mix([rowOf(images, i), 1], [unitVector(random, images.columns), noise])),
  )
  return rowsOf(patches.flat(), images.columns)
}

/** A generic covariance in which later coordinates differ more within classes, and less between them. */
function syntheticGeneric(dimensions: number): GenericCovariance {
  const diagonal = (value: (k: number) => number): Matrix => {
    const result = matrix(dimensions, dimensions)
    for (let k = 0; k < dimensions; k++) result.data[k * (dimensions + 1)] = value((k + 0.5) / dimensions)
    return result
  }
  const within = diagonal((at) => 0.5 + at)
  return genericCovariance([{ within, between: diagonal((at) => 1.5 - at), images: 100, classes: 20 }])
}

/**
 * Prompts whose mean is the text of their class: the text itself, two on opposite sides of it, or all three. By default one
 * class after the other has one, two and three.
 */
function promptsAround(texts: readonly Float32Array[], perClass?: number): Prompts {
  const dimensions = texts[0]?.length ?? 0
  const random = seeded('synthetic prompts', texts.length, dimensions)
  const rows = texts.map((text, c) => {
    const count = perClass ?? (c % 3) + 1
    const aside = unitVector(random, dimensions)
    const along = aside.reduce((sum, value, k) => sum + value * (text[k] as number), 0)
    const across = mix([aside, 1], [text, -along])
    const sides = count > 1 ? [mix([text, 1], [across, 0.5]), mix([text, 1], [across, -0.5])] : []
    return count % 2 === 1 ? [text, ...sides] : sides
  })
  return {
    features: rowsOf(rows.flat(), dimensions),
    labels: Int32Array.from(rows.flatMap((ofClass, c) => ofClass.map(() => c))),
    classNames: texts.map((_, c) => `class ${c}`),
  }
}

/** The same support set with class `order[c]` renamed to class c. */
export function withClassesIn(order: readonly number[], support: Support): Support {
  const { textClassifier, prompts } = support
  return {
    ...support,
    labels: support.labels.map((label) => order.indexOf(label)),
    textClassifier: textClassifier && gatherRows(textClassifier, order),
    ...(prompts && { prompts: async () => promptsOfClasses(await prompts(), order) }),
  }
}

/** The same support set with the prompts of each class in the opposite order. */
export function withPromptsReversed(support: Support): Support {
  const { prompts } = support
  const reversed = async ({ features, labels, classNames }: Prompts): Promise<Prompts> => {
    const rows = [...labels.keys()].reverse()
    const all = { features: gatherRows(features, rows), labels: labels.toReversed(), classNames }
    return promptsOfClasses(all, [...classNames.keys()])
  }
  return { ...support, ...(prompts && { prompts: async () => reversed(await prompts()) }) }
}

/** 0 to n − 1 in a random order that is the same every time. */
export const permutation = (n: number): number[] => seeded('permutation', n).shuffled([...Array(n).keys()])

function unitVector(random: Random, dimensions: number): Float32Array {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const vector = Float32Array.from({ length: dimensions }, normal)
  makeUnit(vector)
  return vector
}

function mix(...parts: readonly (readonly [Float32Array, number])[]): Float32Array {
  const sum = new Float32Array(parts[0]?.[0].length ?? 0)
  for (const [vector, share] of parts) {
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + share * (vector[k] as number)
  }
  makeUnit(sum)
  return sum
}

function lessOf(direction: Float32Array, features: Matrix): Matrix {
  const rows = Array.from({ length: features.rows }, (_, i) =>
    mix([rowOf(features, i), 1], [direction, -0.5]),
  )
  return rowsOf(rows, features.columns)
}

function rowsOf(vectors: readonly Float32Array[], dimensions: number): Matrix {
  const result = matrix(vectors.length, dimensions)
  for (const [i, vector] of vectors.entries()) rowOf(result, i).set(vector)
  return result
}

import type { Cache } from '../../cache/contract.js'
import { sharedName } from '../../cache/derived.js'
import { classMeans } from '../../spaces/fitting/scatter.js'
import { operator } from '../../tensor/kernels.js'
import { type Matrix, makeUnit, matrix, rowOf, stackRows } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term, Values } from '../contract.js'
import {
  type Discriminant,
  discriminantLogits,
  fitDiscriminant,
  linearGraph,
} from './gaussian-discriminant.js'

/*
 * The two parts of TIMO, "Text and Image Are Mutually Beneficial" (arXiv 2412.11375).
 *
 * Image-guided text: a class's prompts t_1 … t_P, unit, count by how well they match its unit image mean v,
 *
 *     r = (v·t_1, …, v·t_P),   W_c = unit(Σ_p softmax(γ·r/|r|)_p·t_p).
 *
 * Text-guided image: the class's best prompts, each times its r, are further images of the class for the Gaussian discriminant.
 */

/** γ, and the number of prompts that guide the images; without a name, that of the method: 50, and all prompts. */
export interface Guidance {
  readonly gamma?: string
  readonly prompts?: string
}

const publishedGamma = 50

/** `s·T·Wᵀ`, [n, C], W the image-guided text classifier. */
export const guidedZeroShot = ({ gamma }: Guidance): Term => ({
  name: 'zero-shot',
  summary: "How well the image fits the class's prompts, those that match its support images most.",
  formula: String.raw`s\,TW_{\gamma}^\top`,
  color: colors.slate,
  weight: null,
  shapes: gamma === undefined ? [] : [gamma],
  usesTexts: true,
  usesKeys: true,
  async logits(batch, shapes) {
    const { cache } = batch
    const classifier = await textsIn(cache, gamma, shapes)
    const { rows, columns, data } = await cache.kernels.dot(batch.queries, classifier)
    return matrix(
      rows,
      columns,
      data.map((similarity) => cache.logitScale * similarity),
    )
  },
  graph: async (cache, shapes) => ({
    constants: { texts: await textsIn(cache, gamma, shapes), logitScale: cache.logitScale },
    nodes: [
      operator('Gemm', ['queries', 'texts'], 'similarities', { transB: 1 }),
      operator('Mul', ['similarities', 'logitScale'], 'result'),
    ],
  }),
})

function textsIn(cache: Cache, gamma: string | undefined, shapes: Values): Promise<Matrix> {
  const sharpness = gamma === undefined ? publishedGamma : (shapes[gamma] as number)
  return cache.derive(`guided texts at ${sharpness}`, () => guidedTexts(cache, sharpness))
}

/** `T·Vᵀ + b`, [n, C]: the Gaussian discriminant (`gaussian-discriminant.ts`) of the images and the best prompts. */
export const guidedDiscriminant = ({ weight, prompts }: Guidance & { readonly weight: string }): Term => ({
  name: 'gda',
  summary:
    'How likely the image is if support images and prompts are normally distributed around the means of their classes.',
  formula: String.raw`\left(TV^\top + b\right)`,
  color: colors.pink,
  weight,
  shapes: prompts === undefined ? [] : [prompts],
  usesTexts: true,
  usesKeys: true,
  async logits(batch, shapes: Values) {
    const { cache } = batch
    return discriminantLogits(
      await batch.spaceQueries(),
      await guidedIn(cache, prompts, shapes),
      cache.kernels,
    )
  },
  graph: async (cache, shapes) => linearGraph(await guidedIn(cache, prompts, shapes)),
})

function guidedIn(cache: Cache, prompts: string | undefined, shapes: Values): Promise<Discriminant> {
  const count = prompts === undefined ? Infinity : (shapes[prompts] as number)
  return cache.derive(`guided discriminant of ${count}`, async () => {
    const guiding = await bestPrompts(cache, count)
    const labels = Int32Array.from([...guiding.labels, ...cache.labels])
    return fitDiscriminant({ ...cache, spaceKeys: stackRows([guiding.features, cache.spaceKeys]), labels })
  })
}

/** The prompts, and those of each class with their matches r. */
interface Matches {
  readonly features: Matrix
  readonly byClass: readonly (readonly { readonly row: number; readonly match: number }[])[]
}

const matchesName = sharedName<Matches>('prompts by their match')

/** Each class's prompts with their matches r, for both terms and all their hyperparameters. */
const matches = (cache: Cache): Promise<Matches> =>
  cache.derive(matchesName, async () => {
    const { features, labels } = await cache.prompts()
    const means = classMeans(cache.keys, cache.labels, cache.classes)
    for (let c = 0; c < cache.classes; c++) if (cache.counts[c] !== 0) makeUnit(rowOf(means, c))
    const byClass: { row: number; match: number }[][] = Array.from({ length: cache.classes }, () => [])
    for (const [row, label] of labels.entries()) {
      const mean = rowOf(means, label)
      const match = rowOf(features, row).reduce((sum, value, k) => sum + value * (mean[k] as number), 0)
      byClass[label]?.push({ row, match })
    }
    return { features, byClass }
  })

async function guidedTexts(cache: Cache, gamma: number): Promise<Matrix> {
  const { features, byClass } = await matches(cache)
  const { columns, data } = features
  const classifier = matrix(cache.classes, columns)
  for (const [c, all] of byClass.entries()) {
    const length = Math.sqrt(all.reduce((sum, { match }) => sum + match * match, 0))
    // Without an image, or a match, all prompts count the same.
    const scores = all.map(({ match }) => (length > 0 ? (gamma * match) / length : 0))
    const greatest = Math.max(...scores)
    const text = rowOf(classifier, c)
    for (const [p, { row }] of all.entries()) {
      const share = Math.exp((scores[p] as number) - greatest)
      for (let k = 0, at = row * columns; k < columns; k++, at++) {
        text[k] = (text[k] as number) + share * (data[at] as number)
      }
    }
    makeUnit(text)
  }
  return classifier
}

/** The prompts of each class that match its images best, times their match. */
async function bestPrompts(cache: Cache, count: number): Promise<{ features: Matrix; labels: number[] }> {
  const { features, byClass } = await matches(cache)
  const chosen = byClass.flatMap((all, label) =>
    cache.counts[label] === 0
      ? []
      : [...all]
          .sort((a, b) => b.match - a.match || a.row - b.row)
          .slice(0, count)
          .map((each) => ({ ...each, label })),
  )
  const guiding = matrix(chosen.length, features.columns)
  for (const [i, { row, match }] of chosen.entries()) {
    rowOf(guiding, i).set(rowOf(features, row).map((value) => match * value))
  }
  return { features: guiding, labels: chosen.map(({ label }) => label) }
}

import type { Batch } from '../cache/contract.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { type Matrix, makeUnit, mapMatrix, matrix, rowOf, transposed } from '../tensor/matrix.js'
import { colors } from './colors.js'
import { defineMethod, shape, type Values } from './contract.js'
import { papers } from './papers.js'
import { classSumsOf, softmaxRows } from './terms/assignment.js'
import { type NearestQueries, nearestQueries } from './terms/nearest-queries.js'

/**
 * TransCLIP with support images: logits `log z`, where all queries are assigned together. Class means μ and one diagonal
 * covariance σ are those of a Gaussian mixture; neighbours pull each other to the same class; and texts hold all of it:
 *
 *     z_i ∝ ŷ_i^λ · exp((log N(x_i; μ, σ) + 50/6·Σ_j w_ij·z_j)/50),   ŷ_i = softmax(s·T_i·Wᵀ).
 *
 * w_ij is the similarity of the three nearest queries, both ways, and of support images to theirs. A support image has its label
 * for z, and counts `50·γ·n/S` queries. Ten rounds of five steps of z, then of μ and σ, as in the code of the authors.
 */
export const transclip = () =>
  defineMethod({
    id: 'transclip',
    name: 'TransCLIP',
    summary:
      'For images that are classified together: a mixture of normal distributions, in which near images pull each other to a class and texts hold all to theirs.',
    color: colors.mauve,
    paper: papers.transclip,
    space: 'clip',
    usesTexts: true,
    transductive: {
      alone: 'It is zero-shot CLIP, moved by how near the image is to the support images of each class.',
    },
    formula: String.raw`\log z,\quad z_i \propto \hat{y}_i^{\lambda}\,\exp\!\left(\tfrac{1}{50}\left(\log \mathcal{N}(u_i;\mu,\sigma) + \tfrac{50}{6}\textstyle\sum_j w_{ij} z_j\right)\right)`,
    hyperparameters: {
      gamma: shape({
        default: 0.02,
        grid: [0.002, 0.01, 0.02, 0.2],
        summary: 'How much support images count beside the images that are classified.',
      }),
      lambda: shape({
        default: 0.5,
        grid: [0.5, 1],
        summary: 'How much the texts count.',
      }),
    },
    score,
  })

const rounds = 10
const steps = 5
const neighbours = 3
const temperature = 50

async function score(batch: Batch, values: Values): Promise<Matrix> {
  const { cache } = batch
  const { kernels, classes, labels } = cache
  const logs = async (logits: Matrix, scale: number) => {
    const shifted = await kernels.logSoftmax(logits, 1 / scale)
    return mapMatrix(shifted, (value) => value - Math.log(classes))
  }
  const texts = await batch.derive('log text assignments', async () =>
    logs(await batch.textSimilarities(), cache.logitScale),
  )
  if (labels.length === 0) return texts
  const prior = mapMatrix(texts, (log) => (values.lambda as number) * log)
  const near = await batch.derive('neighbours', () => nearOf(batch))
  const weighted = await weigh(batch, temperature * (values.gamma as number))
  let mixture = firstMixture(batch)
  let z = mapMatrix(texts, Math.exp)
  let logits = prior
  for (let round = 0; round <= rounds; round++) {
    const likely = await logDensities(batch, mixture)
    for (let step = 0; step < steps; step++) {
      const pulled = await pull(near, z, labels)
      logits = mapMatrix(prior, (log, i, c) => {
        const at = i * prior.columns + c
        return log + (likely.data[at] as number) / temperature + (pulled.data[at] as number)
      })
      z = softmaxRows(logits, 1)
    }
    if (round < rounds) mixture = await refit(batch, z, weighted)
  }
  return logs(logits, 1)
}

/** The queries that are nearest to queries, and to keys. */
interface Near {
  readonly among: NearestQueries
  readonly ofKeys: NearestQueries
}

async function nearOf(batch: Batch): Promise<Near> {
  const { kernels, spaceKeys } = batch.cache
  const queries = await batch.spaceQueries()
  return {
    among: await nearestQueries(queries, queries, neighbours, kernels),
    ofKeys: await nearestQueries(spaceKeys, queries, neighbours, kernels),
  }
}

interface Mixture {
  /** μ, [C, m], unit. */
  readonly means: Matrix
  /** σ, [m]. */
  readonly variances: Float64Array
}

function firstMixture({ cache }: Batch): Mixture {
  const means = classSumsOf(cache.spaceKeys, cache.labels, cache.classes)
  for (let c = 0; c < means.rows; c++) makeUnit(rowOf(means, c))
  const { columns } = means
  return { means, variances: new Float64Array(columns).fill(1 / columns) }
}

/** `log N(u_i; μ_c, σ)`, [n, C], up to what is equal for all classes of a query. */
async function logDensities(batch: Batch, { means, variances }: Mixture): Promise<Matrix> {
  const scaled = mapMatrix(means, (value, _, k) => value / (variances[k] as number))
  const offsets = Float64Array.from({ length: means.rows }, (_, c) => {
    const [mean, weighted] = [rowOf(means, c), rowOf(scaled, c)]
    return mean.reduce((sum, value, k) => sum + value * (weighted[k] as number), 0) / 2
  })
  const products = await batch.cache.kernels.dot(await batch.spaceQueries(), scaled)
  return mapMatrix(products, (value, _, c) => value - (offsets[c] as number))
}

/** What all rounds need of the images themselves, whose support images together count `labelled` times as much as all queries. */
interface Weighted {
  readonly labelled: number
  /** The weight of a query. */
  readonly ofQuery: number
  /** The weight of a support image. */
  readonly ofKey: number
  /** The sum of the support images of each class, [C, m]. */
  readonly given: Matrix
  /** The weighted sum of squares of all images, [m]. */
  readonly squares: Float64Array
}

async function weigh(batch: Batch, labelled: number): Promise<Weighted> {
  const { spaceKeys, labels, classes } = batch.cache
  const [ofQuery, ofKey] = [1 / batch.rows, labelled / labels.length]
  const squares = new Float64Array(spaceKeys.columns)
  addSquares(squares, await batch.spaceQueries(), ofQuery)
  addSquares(squares, spaceKeys, ofKey)
  return { labelled, ofQuery, ofKey, squares, given: classSumsOf(spaceKeys, labels, classes) }
}

/** μ and σ of queries assigned by z, and of support images. */
async function refit(batch: Batch, z: Matrix, weighted: Weighted): Promise<Mixture> {
  const { kernels, classes, counts } = batch.cache
  const { labelled, ofQuery, ofKey, given } = weighted
  const drawn = await kernels.multiply(transposed(z), await batch.spaceQueries())
  const { columns } = drawn
  const sums = mapMatrix(
    drawn,
    (value, c, k) => ofQuery * value + ofKey * (given.data[c * columns + k] as number),
  )
  const means = matrix(sums.rows, sums.columns, sums.data.slice())
  for (let c = 0; c < classes; c++) makeUnit(rowOf(means, c))
  const masses = columnSums(z).map((mass, c) => ofQuery * mass + ofKey * (counts[c] as number))
  // Σ weight·(x − μ)², multiplied out: every image counts for 1 over its classes.
  const squares = weighted.squares.slice()
  for (let c = 0; c < classes; c++) {
    const mass = masses[c] as number
    for (let k = 0, at = c * columns; k < columns; k++, at++) {
      const value = means.data[at] as number
      squares[k] = (squares[k] as number) + value * (mass * value - 2 * (sums.data[at] as number))
    }
  }
  return { means, variances: squares.map((square) => Math.max(square / (1 + labelled), minVariance)) }
}

const minVariance = 1e-6

/** `1/6·Σ_j w_ij·z_j`, [n, C]. */
async function pull({ among, ofKeys }: Near, z: Matrix, labels: Int32Array): Promise<Matrix> {
  const yieldToEventLoop = createYieldToEventLoop()
  const { columns, data } = z
  const pulled = matrix(z.rows, columns)
  for (let i = 0, at = 0; i < z.rows; i++) {
    const own = i * columns
    for (const end = at + among.count; at < end; at++) {
      const other = (among.positions[at] as number) * columns
      const share = (among.similarities[at] as number) / (2 * neighbours)
      for (let c = 0; c < columns; c++) {
        pulled.data[other + c] = (pulled.data[other + c] as number) + share * (data[own + c] as number)
        pulled.data[own + c] = (pulled.data[own + c] as number) + share * (data[other + c] as number)
      }
    }
    const pause = yieldToEventLoop()
    if (pause) await pause
  }
  for (const [at, j] of ofKeys.positions.entries()) {
    const toward = j * columns + (labels[Math.floor(at / ofKeys.count)] as number)
    pulled.data[toward] =
      (pulled.data[toward] as number) + (ofKeys.similarities[at] as number) / (2 * neighbours)
  }
  return pulled
}

function columnSums({ rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(columns)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++, at++) sums[c] = (sums[c] as number) + (data[at] as number)
  }
  return sums
}

function addSquares(squares: Float64Array, { rows, columns, data }: Matrix, weight: number): void {
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, at++) {
      squares[k] = (squares[k] as number) + weight * (data[at] as number) ** 2
    }
  }
}

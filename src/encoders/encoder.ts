import { join } from 'node:path'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { type Matrix, makeUnit, matrix, rowOf, stackRows } from '../tensor/matrix.js'
import type { Runtime, Session } from '../tensor/runtime.js'
import { type AugmentationRecipe, plain, randomViews } from './augmentation.js'
import { decodeImage } from './image.js'
import { type Manifest, type ModelFolder, readModelFolder } from './manifest.js'
import { preprocess, preprocessView } from './preprocess.js'
import { openTokenizer } from './tokenizer.js'

/** The id of a space that the encoder itself computes: `clip`, plain, or `imo`, with its adapters on. */
export type EncoderSpace = string

/** An image to encode: its SHA-256 in hexadecimal, and its bytes when they are needed. */
export interface ImageSource {
  readonly id: string
  read(): Promise<Uint8Array>
}

/** One row an image for each space asked for, of unit length. */
export type SpaceFeatures = Readonly<Record<EncoderSpace, Matrix>>

export interface EncodeOptions {
  readonly spaces: readonly EncoderSpace[]
  readonly recipe?: AugmentationRecipe
  readonly signal?: AbortSignal
  /** Called after every batch with its images' features, in order. Encoding waits for it. */
  readonly onBatch?: (features: SpaceFeatures, from: number, to: number) => Promise<void>
}

export interface Encoder {
  readonly id: string
  readonly name: string
  readonly dimensions: number
  readonly imageSize: number
  readonly logitScale: number
  readonly spaces: readonly EncoderSpace[]
  readonly fingerprint: string
  /**
   * Images to unit features [N, d] in each space. With a recipe of several rounds a feature is the mean over the random
   * views, made unit again. Throws INVALID_IMAGE with `argument` `images[i]`, SPACE_NOT_AVAILABLE, or CANCELLED.
   */
  encodeImages(images: readonly ImageSource[], options: EncodeOptions): Promise<SpaceFeatures>
  /** Texts to unit features [N, d]. */
  encodeTexts(texts: readonly string[]): Promise<Matrix>
  close(): Promise<void>
}

/** Pixel planes in a batch: enough to fill the cores, few enough to stay in the caches. */
const batchSize = 64

/** Opens a model folder. Throws INVALID_MODEL with the file that is missing or cannot be read. */
export async function openEncoder(folder: string, runtime: Runtime): Promise<Encoder> {
  const model = await readModelFolder(folder)
  const { manifest } = model
  const [tokenize, vision, text] = await Promise.all([
    openTokenizer(model),
    openSession(runtime, model, manifest.vision),
    openSession(runtime, model, manifest.text),
  ])
  const spaces: readonly EncoderSpace[] = manifest.adapter ? ['clip', 'imo'] : ['clip']

  async function runVision(pixels: Float32Array, count: number, space: EncoderSpace, last: boolean) {
    const { imageSize, vision: tower } = manifest
    const { [tower.output]: output } = await vision.run(
      {
        [tower.input]: { type: 'float32', dims: [count, 3, imageSize, imageSize], data: pixels },
        ...(tower.adapterScaleInput && {
          [tower.adapterScaleInput]: { type: 'float32', dims: [1], data: Float32Array.of(scaleOf(space)) },
        }),
      },
      last ? [tower.input] : [],
    )
    return toMatrix(output, manifest)
  }

  const scaleOf = (space: EncoderSpace): number => (space === 'imo' ? (manifest.adapter?.scale ?? 0) : 0)

  async function encodeImages(images: readonly ImageSource[], options: EncodeOptions) {
    const { recipe = plain, signal, onBatch } = options
    for (const space of options.spaces) {
      if (!spaces.includes(space)) throw errors.spaceNotAvailable({ space, encoder: manifest.id })
    }
    const perBatch = Math.max(1, Math.floor(batchSize / recipe.rounds))
    const parts = new Map<EncoderSpace, Matrix[]>(options.spaces.map((space) => [space, []]))
    const prepare = (from: number) => prepareBatch(images, from, from + perBatch, recipe, manifest)

    // The images of the next batch are prepared while this one is in the model.
    let next = images.length > 0 ? prepare(0) : undefined
    for (let from = 0; from < images.length; from += perBatch) {
      const to = Math.min(images.length, from + perBatch)
      const pixels = await (next as Promise<Float32Array>)
      if (signal?.aborted) throw errors.cancelled({})
      next = to < images.length ? prepare(to) : undefined
      // A failure there is reported when that batch's turn comes.
      next?.catch(() => undefined)
      const batch: Record<EncoderSpace, Matrix> = {}
      for (const [i, space] of options.spaces.entries()) {
        const last = i === options.spaces.length - 1
        const views = await runVision(pixels, (to - from) * recipe.rounds, space, last)
        const features = meanOfViews(views, recipe.rounds)
        batch[space] = features
        parts.get(space)?.push(features)
      }
      await onBatch?.(batch, from, to)
    }
    return Object.fromEntries(
      [...parts].map(([space, matrices]) => [space, stackRows(matrices, manifest.dimensions)]),
    )
  }

  async function encodeTexts(texts: readonly string[]): Promise<Matrix> {
    const parts: Matrix[] = []
    for (let from = 0; from < texts.length; from += batchSize) {
      const batch = texts.slice(from, from + batchSize)
      const { ids, length } = tokenize(batch)
      const { [manifest.text.output]: output } = await text.run({
        [manifest.text.input]: { type: 'int64', dims: [batch.length, length], data: ids },
      })
      parts.push(meanOfViews(toMatrix(output, manifest), 1))
    }
    return stackRows(parts, manifest.dimensions)
  }

  return {
    id: manifest.id,
    name: manifest.name,
    dimensions: manifest.dimensions,
    imageSize: manifest.imageSize,
    logitScale: manifest.logitScale,
    spaces,
    fingerprint: model.fingerprint,
    encodeImages,
    encodeTexts,
    async close() {
      await Promise.all([vision.release(), text.release()])
    },
  }
}

async function openSession(
  runtime: Runtime,
  { folder }: ModelFolder,
  tower: { file: string; input: string; output: string; adapterScaleInput?: string | undefined },
): Promise<Session> {
  const file = join(folder, tower.file)
  let session: Session
  try {
    session = await runtime.open(file)
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
  const wanted = [tower.input, tower.adapterScaleInput].filter((name) => name !== undefined)
  const missing = [
    ...wanted.filter((name) => !session.inputs.includes(name)).map((name) => `input ${name}`),
    ...(session.outputs.includes(tower.output) ? [] : [`output ${tower.output}`]),
  ]
  if (missing.length > 0) throw errors.invalidModel({ file, reason: `it has no ${missing.join(', no ')}` })
  return session
}

/** The pixels of images `from` up to `to`, every view of each: [images·rounds, 3, size, size]. */
async function prepareBatch(
  images: readonly ImageSource[],
  from: number,
  to: number,
  recipe: AugmentationRecipe,
  manifest: Manifest,
): Promise<Float32Array> {
  const batch = images.slice(from, to)
  const planes = 3 * manifest.imageSize ** 2
  const pixels = new Float32Array(batch.length * recipe.rounds * planes)
  const at = (view: number) => pixels.subarray(view * planes, (view + 1) * planes)

  async function prepareImage(source: ImageSource, i: number): Promise<void> {
    const image = await decodeImage(await source.read()).catch((error: unknown) => {
      throw error instanceof ShotboardError ? error.at(`images[${from + i}]`) : error
    })
    if (recipe.rounds === 1) return preprocess(image, manifest, at(i))
    const views = randomViews(recipe, { id: source.id, width: image.width, height: image.height })
    await Promise.all(
      views.map((view, round) => preprocessView(image, view, manifest, at(i * recipe.rounds + round))),
    )
  }

  await Promise.all(batch.map(prepareImage))
  return pixels
}

function toMatrix(output: Awaited<ReturnType<Session['run']>>[string] | undefined, manifest: Manifest) {
  if (output?.type !== 'float32' || output.dims[1] !== manifest.dimensions) {
    throw errors.invalidModel({
      file: manifest.id,
      reason: `it gave features of shape ${JSON.stringify(output?.dims)}, not [batch, ${manifest.dimensions}]`,
    })
  }
  return matrix(output.dims[0] as number, manifest.dimensions, output.data)
}

/** Unit features of every view, averaged over an image's views, made unit again: [n·rounds, d] → [n, d]. */
function meanOfViews(views: Matrix, rounds: number): Matrix {
  for (let i = 0; i < views.rows; i++) makeUnit(rowOf(views, i))
  if (rounds === 1) return views
  const result = matrix(views.rows / rounds, views.columns)
  for (let i = 0; i < views.rows; i++) {
    const row = rowOf(result, Math.floor(i / rounds))
    const view = rowOf(views, i)
    for (let k = 0; k < row.length; k++) row[k] = (row[k] as number) + (view[k] as number)
  }
  for (let i = 0; i < result.rows; i++) makeUnit(rowOf(result, i))
  return result
}

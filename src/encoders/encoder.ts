import { join } from 'node:path'
import pLimit from 'p-limit'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { type AugmentationRecipe, plain } from '../images/augmentation.js'
import { openPreparingThreads, type PreparingThreads } from '../images/preparing/threads.js'
import { untilCancelled } from '../system/abort.js'
import { type OnDemand, openOnDemand } from '../system/open-on-demand.js'
import { type Matrix, makeUnit, matrix, rowOf, stackRows } from '../tensor/matrix.js'
import type { Runtime } from '../tensor/runtime.js'
import type { AddedAdapters } from './adapters/added-adapters.js'
import { batched } from './batching.js'
import type { Manifest, ModelFolder, Precision } from './manifest.js'
import { readModelFolder } from './model-folder.js'
import { openTokenizer, type TextTokenizer } from './tokenizer.js'
import { openTextTower, openVisionTower, type TextTower, type VisionTower } from './towers.js'

/**
 * The id of a space that the encoder itself computes: `clip`, plain, `imo`, with its adapters on, or `imo:NAME`, with
 * added ones.
 */
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
  /** The bias of an encoder trained with a sigmoid; null for one trained with a softmax. */
  readonly logitBias: number | null
  readonly precision: Precision
  readonly spaces: readonly EncoderSpace[]
  /** Changes with the model's files, and with which adapter is `imo`. */
  readonly fingerprint: string
  /** What decides the features of one of its spaces: they are stored under it. */
  fingerprintOf(space: EncoderSpace): string
  /** The SHA-256 of every file that it was read from, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
  /** The SHA-256 of the file with the adapters that each space has on; the plain space has none. */
  readonly adapters: Readonly<Record<EncoderSpace, string>>
  /**
   * Images to unit features [N, d] in each space. With a recipe of several rounds a feature is the mean over the random
   * views, made unit again. Throws INVALID_IMAGE with `argument` `images[i]`, SPACE_NOT_AVAILABLE, or CANCELLED.
   */
  encodeImages(images: readonly ImageSource[], options: EncodeOptions): Promise<SpaceFeatures>
  /** Texts to unit features [N, d]. */
  encodeTexts(texts: readonly string[]): Promise<Matrix>
  /** What `setAdapters` made known last. */
  readonly added: AddedAdapters
  /** Makes added adapters its spaces, in the place of those before; `imo` is the used one, or the model's own. */
  setAdapters(added: AddedAdapters): Promise<void>
  /** Opens the model's files, which otherwise the first use does, and tries them. Throws INVALID_MODEL with the file. */
  load(): Promise<void>
  close(): Promise<void>
}

/** Texts in a batch, and small images at most. */
const mostInBatch = 64
/** Pixels in a batch, of which larger images have fewer: 8 of CLIP’s 224×224 fill the cores, and more only cost memory. */
const pixelsInBatch = 8 * 224 ** 2
const imagesInBatch = ({ imageSize }: Manifest): number =>
  Math.max(1, Math.min(mostInBatch, Math.floor(pixelsInBatch / imageSize ** 2)))

/**
 * So many images are on their way at once, of whatever batch or encoder. libvips decodes four of them while others are
 * read and resized; more would only cost memory, a photograph's pixels being tens of megabytes.
 */
const preparing = pLimit(8)
const preparingThreads = 4

export interface EncoderOptions {
  /** How long an encoder that nobody uses keeps its models open; 0, the default, is for ever. */
  readonly idleMinutes?: number
}

/** An encoder from its model folder. Throws INVALID_MODEL with the file that is missing or malformed. */
export async function openEncoder(
  folder: string,
  runtime: Runtime,
  options: EncoderOptions = {},
): Promise<Encoder> {
  return encoderOf(await readModelFolder(folder), runtime, options)
}

/** The encoder of a model folder that was read. Its models are opened by the first use. */
export function encoderOf(
  model: ModelFolder,
  runtime: Runtime,
  { idleMinutes = 0 }: EncoderOptions = {},
): Encoder {
  const { folder, manifest } = model
  const idle = idleMinutes * 60_000
  let added: AddedAdapters = { adapters: [], used: null }
  /** The added adapters that are not `imo`: each has the image tower for itself. */
  let others = new Map<EncoderSpace, OnDemand<VisionTower>>()
  const used = () => added.adapters.find(({ name }) => name === added.used)
  const withImo = () => withAdapter(model, used()?.file)
  const opened = openOnDemand(() => openModel(withImo(), runtime), closeModel, idle)
  const threads = openOnDemand(
    async () => openPreparingThreads(Math.min(runtime.threads, preparingThreads)),
    (running) => running.close(),
    idle,
  )
  const spaces = (): readonly EncoderSpace[] => [
    'clip',
    ...(manifest.adapter || used() ? ['imo'] : []),
    ...added.adapters.map(({ name }) => `imo:${name}`),
  ]
  const hashes = (): Record<EncoderSpace, string> => ({
    ...adapterFiles(model),
    ...Object.fromEntries(added.adapters.map(({ name, sha256 }) => [`imo:${name}`, sha256])),
    ...(used() && { imo: used()?.sha256 ?? '' }),
  })
  const fingerprintOf = (space: EncoderSpace): string => {
    const own = space === 'clip' || (space === 'imo' && used() === undefined)
    return own ? model.fingerprint : `${model.fingerprint}-${hashes()[space]?.slice(0, 16)}`
  }
  /** `pixels` lie in shared memory, which is not handed over but copied where it is used. */
  const encode = (pixels: Float32Array, count: number, space: EncoderSpace) => {
    const other = others.get(space)
    if (other) return other.use((tower) => tower.encode(pixels, count, 'imo', false))
    const inMain = space === 'clip' ? space : 'imo'
    return opened.use(({ vision }) => vision.encode(pixels, count, inMain, false))
  }

  async function encodeImages(images: readonly ImageSource[], options: EncodeOptions) {
    const { recipe = plain, signal, onBatch } = options
    const wanted = [...new Set(options.spaces)]
    for (const space of wanted) {
      if (!spaces().includes(space)) throw errors.spaceNotAvailable({ space, encoder: manifest.id })
    }
    const perBatch = Math.max(1, Math.floor(imagesInBatch(manifest) / recipe.rounds))
    const parts = new Map<EncoderSpace, Matrix[]>(options.spaces.map((space) => [space, []]))
    const mostViews = Math.min(perBatch, images.length) * recipe.rounds
    const rooms = pixelRooms(runtime.onCpu ? 1 : 2, mostViews, manifest)
    const prepare = (from: number) =>
      threads.use((running) =>
        prepareBatch(
          running,
          images.slice(from, from + perBatch),
          from,
          rooms.next().value,
          recipe,
          manifest,
        ),
      )

    let ahead: Promise<Float32Array> | undefined
    for (let from = 0; from < images.length; from += perBatch) {
      const to = Math.min(images.length, from + perBatch)
      const pixels = await untilCancelled(signal, ahead ?? prepare(from))
      // A graph on the processor has every core, and waits as a whole for a thread that has to share one. Elsewhere the
      // next batch is prepared while this one is in the model.
      ahead = runtime.onCpu || to === images.length ? undefined : prepare(to)
      // A failure there is reported when that batch's turn comes.
      ahead?.catch(() => undefined)
      const batch: Record<EncoderSpace, Matrix> = {}
      for (const space of wanted) {
        const running = encode(pixels, (to - from) * recipe.rounds, space)
        const views = await untilCancelled(signal, running)
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

  const encodeTexts = (texts: readonly string[]): Promise<Matrix> =>
    opened.use(async ({ tokenize, text }) => {
      const parts: Matrix[] = []
      for (let from = 0; from < texts.length; from += mostInBatch) {
        const batch = texts.slice(from, from + mostInBatch)
        parts.push(meanOfViews(await text.encode(tokenize(batch, text.length)), 1))
      }
      return stackRows(parts, manifest.dimensions)
    })

  async function tryOut(file: string, encodeOne: () => Promise<unknown>): Promise<void> {
    await encodeOne().catch((error: unknown) => {
      throw errors.invalidModel({ file: join(folder, file), reason: reasonOf(error) })
    })
  }
  return {
    id: manifest.id,
    name: manifest.name,
    dimensions: manifest.dimensions,
    imageSize: manifest.imageSize,
    logitScale: manifest.logitScale,
    logitBias: manifest.logitBias,
    precision: manifest.precision,
    get spaces() {
      return spaces()
    },
    get added() {
      return added
    },
    get fingerprint() {
      return fingerprintOf('imo')
    },
    fingerprintOf,
    files: model.files,
    get adapters() {
      return hashes()
    },
    encodeImages,
    encodeTexts,
    load: () =>
      opened.use(async ({ vision }) => {
        // A manifest that does not fit its model is to stop the start, not the first request.
        const blank = new Float32Array(3 * manifest.imageSize ** 2)
        await tryOut(manifest.vision.file, () => vision.encode(blank, 1, 'clip', true))
        await tryOut(manifest.text.file, () => encodeTexts(['a '.repeat(manifest.contextLength)]))
      }),
    async setAdapters(next) {
      const before = used()?.sha256
      const dropped = others
      added = next
      others = new Map(
        added.adapters
          .filter(({ name }) => name !== added.used)
          .map(({ name, file }) => [
            `imo:${name}`,
            openOnDemand(
              () => openVision(withAdapter(model, file), runtime),
              (tower) => tower.release(),
              idle,
            ),
          ]),
      )
      await Promise.all([...dropped.values()].map((tower) => tower.close()))
      // The next use opens the image tower with the other adapter.
      if (before !== used()?.sha256) await opened.close()
    },
    async close() {
      await Promise.all([opened, threads, ...others.values()].map((lazy) => lazy.close()))
    },
  }
}

function adapterFiles({ manifest: { adapter, vision }, files }: ModelFolder): Record<EncoderSpace, string> {
  const hash = adapter && files['file' in adapter ? adapter.file : vision.file]
  return hash ? { imo: hash } : {}
}

/** The model with another adapter as its `imo`; with its own where none is given. */
const withAdapter = (model: ModelFolder, file: string | undefined): ModelFolder =>
  file === undefined ? model : { ...model, manifest: { ...model.manifest, adapter: { file } } }

interface OpenedModel {
  readonly tokenize: TextTokenizer
  readonly vision: VisionTower
  readonly text: TextTower
}

async function openModel(model: ModelFolder, runtime: Runtime): Promise<OpenedModel> {
  const [tokenize, vision, text] = await Promise.all([
    openTokenizer(model),
    openVision(model, runtime),
    openTextTower(model, runtime),
  ])
  return { tokenize, vision, text }
}

/** The image tower, batching what is asked of it at the same time. */
async function openVision(model: ModelFolder, runtime: Runtime): Promise<VisionTower> {
  const tower = await openVisionTower(model, runtime)
  return { ...tower, encode: batched(tower.encode, imagesInBatch(model.manifest)) }
}

const closeModel = async ({ vision, text }: OpenedModel): Promise<void> => {
  await Promise.all([vision.release(), text.release()])
}

/**
 * Room for the pixels of so many images, in shared memory, `count` rooms in turns: one is filled while another is in the
 * model. New memory for every batch would cost a page fault for every four kilobytes.
 */
function* pixelRooms(count: number, images: number, { imageSize }: Manifest): Generator<Float32Array, never> {
  const bytes = 4 * images * 3 * imageSize ** 2
  const rooms = Array.from({ length: count }, () => new Float32Array(new SharedArrayBuffer(bytes)))
  for (;;) yield* rooms
}

/** The pixels of a batch, whose first image is number `from`, every view of each, in `room`: [images·rounds, 3, size, size]. */
async function prepareBatch(
  threads: PreparingThreads,
  images: readonly ImageSource[],
  from: number,
  room: Float32Array,
  recipe: AugmentationRecipe,
  manifest: Manifest,
): Promise<Float32Array> {
  const length = recipe.rounds * 3 * manifest.imageSize ** 2
  const pixels = room.subarray(0, images.length * length)

  async function prepareImage(source: ImageSource, i: number): Promise<void> {
    try {
      const preparation = { id: source.id, bytes: await source.read(), recipe, preprocessing: manifest }
      await threads.prepare(preparation, pixels.subarray(i * length, (i + 1) * length))
    } catch (error) {
      throw error instanceof ShotboardError ? error.at(`images[${from + i}]`) : error
    }
  }

  await Promise.all(images.map((source, i) => preparing(() => prepareImage(source, i))))
  return pixels
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

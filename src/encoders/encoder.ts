import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Preprocessing } from '../images/preprocess.js'
import { type ImageWorkers, maxImageProcesses, openImageWorkers } from '../images/workers/image-workers.js'
import { openOnDemand } from '../system/open-on-demand.js'
import { remoteKind } from '../system/processor-kind.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Runtime } from '../tensor/runtime.js'
import type { AddedAdapters } from './adapters/added-adapters.js'
import { type EncodedImages, type EncodeOptions, encodeImages, type ImagePipeline } from './encode-images.js'
import { encodeTexts } from './encode-texts.js'
import {
  adapterHashes,
  addedAdapterSpace,
  type EncoderSpace,
  patchSpace,
  spaceFingerprint,
  spacesOf,
  usedAdapter,
} from './encoder-space.js'
import { nameOfTower } from './graph-file.js'
import type { ModelFolder, Precision, TowerGraph } from './manifest.js'
import { readModelFolder } from './model-folder.js'
import { createModelsOnDemand, type ModelsOnDemand, withAdapter } from './models-on-demand.js'
import type { ImageSource } from './prepare-batch.js'
import { type VisionGraph, visionGraph } from './vision-graph.js'

export interface Encoder {
  readonly id: string
  readonly name: string
  /** d, the length of a feature. */
  readonly dimensions: number
  /** The side of its input images, in pixels. */
  readonly imageSize: number
  /** The factor from cosine similarities to logits. */
  readonly logitScale: number
  /** The bias of an encoder trained with a sigmoid; null for one trained with a softmax. */
  readonly logitBias: number | null
  readonly precision: Precision
  readonly spaces: readonly EncoderSpace[]
  /** The fingerprint of the space `imo`: it changes with the model's files and with the adapter in use. */
  readonly fingerprint: string
  /**
   * P, how many patches of an image it gives the features of, in the place of the space `patches`; null if its graph gives none.
   * Opens the model at the first call. Throws INVALID_MODEL.
   */
  patches(): Promise<number | null>
  /** Identifies the features of one of its spaces. Features are stored under it. */
  spaceFingerprint(space: EncoderSpace): string
  /**
   * The name of the kind of processor that makes its features on a machine of a kind, by default this one: `remote` if a server
   * makes them. Undefined if the kind of this machine is not known.
   */
  processor(machine?: string): string | undefined
  /** The SHA-256 of each of the model's files, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
  /** The SHA-256 of the file that holds each space's adapters. The space `clip` has none. */
  readonly adapters: Readonly<Record<EncoderSpace, string>>
  /**
   * Images to unit features [N, d] in each requested space, and to those of their patches, [N, P·d], where `patches` is asked
   * for without augmentation. With a recipe of several rounds, a feature is the mean over the
   * image's random views, scaled to unit length. Throws INVALID_IMAGE with `argument` `images[i]`, SPACE_NOT_AVAILABLE, or
   * CANCELLED.
   */
  encodeImages(images: readonly ImageSource[], options: EncodeOptions): Promise<EncodedImages>
  /** How images become its input. */
  readonly preprocessing: Preprocessing
  /**
   * The graph of its image tower with all its weights: with the features of `clip`, of another of its spaces, or of both.
   * Throws INVALID_MODEL, MODEL_CHANGED or EXPORT_NOT_POSSIBLE.
   */
  visionGraph(wanted: { readonly clip: boolean; readonly adapted: EncoderSpace | null }): Promise<VisionGraph>
  /** Texts to unit features [N, d]. Texts that are too long for the model are cut. */
  encodeTexts(texts: readonly string[]): Promise<Matrix>
  /** The adapters of the last call of `setAdapters`. */
  readonly added: AddedAdapters
  /** Replaces the added adapters. Each is a space; the one in use, or else the model's own, is `imo`. */
  setAdapters(added: AddedAdapters): Promise<void>
  /** Opens the model now instead of at its first use, and runs it once. Throws INVALID_MODEL with the file at fault. */
  load(): Promise<void>
  close(): Promise<void>
}

export interface EncoderOptions {
  /** Minutes without use after which the model is closed, until its next use; 0, the default, keeps it open. */
  readonly idleMinutes?: number
  /** What decodes images. Default: workers of its own. */
  readonly images?: ImageWorkers
  /** The name of the kind of processor that this machine has. Default: not known. */
  readonly processor?: string
}

export interface OpenEncoderOptions extends EncoderOptions {
  /** The folder for copies of the model's files while they are opened; the system's folder of temporary files by default. */
  readonly copies?: string
}

/** Opens the encoder of a model folder. Throws INVALID_MODEL with the file that is missing or malformed. */
export async function openEncoder(
  folder: string,
  runtime: Runtime,
  { copies, ...options }: OpenEncoderOptions = {},
): Promise<Encoder> {
  return createEncoder(await readModelFolder(folder, copies), runtime, options)
}

/** The encoder of a model folder that has been read. Its models are opened at their first use. */
export function createEncoder(
  model: ModelFolder,
  runtime: Runtime,
  { idleMinutes = 0, images, processor }: EncoderOptions = {},
): Encoder {
  const { manifest } = model
  const { id, name, dimensions, imageSize, logitScale, logitBias, precision } = manifest
  const idleMs = idleMinutes * 60_000
  const models = createModelsOnDemand(model, runtime, idleMs)
  const own = openOnDemand(
    async () => openImageWorkers({ maxProcesses: Math.min(runtime.threads, maxImageProcesses) }),
    (running) => running.close(),
    idleMs,
  )
  const workers: ImagePipeline['workers'] = images ? { use: (work) => work(images) } : own
  // While a server encodes a batch, this machine has the time to prepare the next.
  const isRemote = 'endpoint' in manifest.vision
  const onCpu = runtime.onCpu && !isRemote
  const pipeline = { manifest, onCpu, workers, encodePixels: models.encodePixels }

  return {
    ...{ id, name, dimensions, imageSize, logitScale, logitBias, precision },
    files: model.files,
    get spaces() {
      return spacesOf(model, models.added)
    },
    get fingerprint() {
      return spaceFingerprint(model, models.added, 'imo')
    },
    patches: () => models.patches(),
    spaceFingerprint: (space) => spaceFingerprint(model, models.added, space),
    processor: (machine = processor) => (isRemote ? remoteKind : machine),
    get adapters() {
      return adapterHashes(model, models.added)
    },
    async encodeImages(images, options) {
      const available = spacesOf(model, models.added)
      const given = options.spaces.includes(patchSpace) && (await models.patches()) !== null
      const space = options.spaces.find(
        (each) => !available.includes(each) && !(given && each === patchSpace),
      )
      if (space !== undefined) throw errors.spaceNotAvailable({ space, encoder: id })
      return encodeImages(pipeline, images, options)
    },
    preprocessing: manifest,
    visionGraph({ clip, adapted }) {
      const { added } = models
      const named = added.adapters.find(({ name }) => addedAdapterSpace(name) === adapted)
      const file = (adapted === 'imo' ? usedAdapter(added) : named)?.file
      const spaces = new Set([
        ...(clip ? ['clip' as const] : []),
        ...(adapted === null ? [] : ['imo' as const]),
      ])
      return visionGraph(withAdapter(model, file), spaces)
    },
    encodeTexts: (texts) => models.use((opened) => encodeTexts(opened, texts, dimensions)),
    get added() {
      return models.added
    },
    setAdapters: models.setAdapters,
    load: () => tryModel(model, models),
    async close() {
      await Promise.all([models.close(), own.close()])
    },
  }
}

/**
 * Runs both towers once, so that a manifest that does not fit its model is found at the start and not by the first request.
 * Throws INVALID_MODEL with the file at fault.
 */
async function tryModel(model: ModelFolder, models: ModelsOnDemand): Promise<void> {
  const { manifest } = model
  async function tryTower(tower: TowerGraph, encodeOne: () => Promise<unknown>): Promise<void> {
    await encodeOne().catch((error: unknown) => {
      if ('endpoint' in tower && error instanceof ShotboardError) throw error
      throw errors.invalidModel({ file: nameOfTower(model, tower), reason: reasonOf(error) })
    })
  }
  await models.use(async (opened) => {
    const blank = new Float32Array(3 * manifest.imageSize ** 2)
    const longText = 'a '.repeat(manifest.contextLength)
    await tryTower(manifest.vision, () => opened.vision.encode(blank, 1, 'clip', true))
    await tryTower(manifest.text, () => encodeTexts(opened, [longText], manifest.dimensions))
  })
}

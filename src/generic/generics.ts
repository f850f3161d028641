import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { EncodedData, LoadOptions } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { featuresOf } from '../features/space-features.js'
import type { GenericCovariance } from '../spaces/contract.js'
import { genericCovariance, measureGeneric } from '../spaces/fitting/generic-covariance.js'
import type { DatasetImageRow, DatasetRow } from '../store/datasets.js'
import type { ObjectStore } from '../store/objects/object-store.js'
import { encodersOf } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { parseJson } from '../system/parse-json.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { Kernels } from '../tensor/kernels.js'
import { formatSources, markOf, parseSource, parseSources, type StoredSource } from './source-file.js'

/** One source of a generic covariance. */
export interface SourceInfo {
  readonly name: string
  /** The id of the dataset; null for a source that came with the model. */
  readonly dataset: string | null
  readonly images: number
  readonly classes: number
}

/** The generic covariance for images of a dataset, measured on others. It is read or measured when it is first used. */
export interface EncoderGeneric extends GenericCovariance {
  /** Changes with the images that it is measured on. */
  readonly fingerprint: string
  readonly sources: readonly SourceInfo[]
}

export interface FitGenericInput {
  readonly encoder?: string | null
  /** The ids of datasets. Their test images are not used. */
  readonly datasets: readonly string[]
}

/** The generic covariances of encoders: what their spaces know from other images than those they are used on. */
export interface Generics {
  /**
   * What a space that is fitted on a dataset may know: the sources that were fitted for the encoder; without any, those that came
   * with it; without any, up to 2,000 images of the library's other datasets, the same ones from then on. Never a source that
   * is this dataset or shares an image with it, and never test images. Null if there is no source.
   */
  of(encoder: Encoder, dataset: string): Promise<EncoderGeneric | null>
  /**
   * Measures datasets and makes them the encoder's sources, instead of all earlier ones. Encodes images that have no features
   * yet. Throws UNKNOWN_ENCODER, EMPTY_LIST, UNKNOWN_DATASET, INVALID_GENERIC with the dataset at fault, IN_USE while a
   * comparison with the encoder is unfinished, or CANCELLED, and then changes nothing.
   */
  fit(input: FitGenericInput, options?: LoadOptions): Promise<readonly SourceInfo[]>
  /** The sources that were fitted for an encoder, or else came with it. */
  sources(encoder: Encoder): Promise<readonly SourceInfo[]>
}

/** The file in a model folder. */
export const shippedFile = 'generic.safetensors'

export interface GenericsContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: Pick<EncodedData, 'labelled'>
  readonly kernels: Kernels
  /** `generic/ENCODER/` has the fitted sources; what was chosen for each dataset, and what that measured. */
  readonly objects: ObjectStore
}

/** Where nothing is fitted: enough images to gain most (docs/accuracy.md), few enough to encode in minutes. */
const maxImages = 2000
const maxPerClass = 8
const maxDatasets = 8

const choiceSchema = z.array(
  z.object({
    dataset: z.string(),
    name: z.string(),
    images: z.array(z.tuple([z.string(), z.number().int()])),
  }),
)
type Choice = z.infer<typeof choiceSchema>

export function createGenerics(context: GenericsContext): Generics {
  const { store, encoders, encodedData, kernels, objects } = context
  const covariances = createPromiseCache<GenericCovariance>(8)
  const prefixOf = ({ id }: Encoder) => `generic/${encodeURIComponent(id)}/`
  /** One object, so that of two services that fit at once the last one counts, and nobody reads a mixture. */
  const fittedKey = (encoder: Encoder) => `${prefixOf(encoder)}fitted`

  /** The sources of this encoder's files. Those that an earlier version of the model left are not of this encoder. */
  async function fittedSources(encoder: Encoder): Promise<StoredSource[]> {
    const bytes = await objects.get(fittedKey(encoder))
    const sources = bytes ? parseSources(bytes, `what was fitted for ${encoder.id}`) : []
    const own = encoder.spaceFingerprint('clip')
    return sources.filter((source) => source.encoder === own)
  }

  async function storedSources(encoder: Encoder): Promise<StoredSource[]> {
    const fitted = await fittedSources(encoder)
    if (fitted.length > 0) return fitted
    const shipped = join(encoders.model(encoder.id).folder, shippedFile)
    const found = await readFile(shipped).catch(() => undefined)
    return found ? [parseSource(found, shippedFile)] : []
  }

  async function measure(encoder: Encoder, { dataset, name, images }: Choice[number], options?: LoadOptions) {
    const rows = images.map(([imageId, classIndex]) => ({
      imageId,
      classIndex,
      split: 'SUPPORT_POOL' as const,
    }))
    const { features, labels } = await encodedData.labelled(rows, encoder, [], options)
    const measured = await measureGeneric(
      { features: featuresOf(features, 'clip'), labels },
      `"${name}"`,
      kernels,
    )
    const marks = new Set(images.map(([imageId]) => markOf(imageId)))
    return { ...measured, name, dataset, encoder: encoder.spaceFingerprint('clip'), marks }
  }

  /** What was measured on a choice is kept, so that its datasets may be deleted. */
  async function measuredFor(encoder: Encoder, fingerprint: string, chosen: Choice): Promise<StoredSource[]> {
    const key = measuredKey(encoder, fingerprint)
    const known = await objects.get(key)
    if (known) return parseSources(known, 'what was measured')
    const measured = formatSources(await Promise.all(chosen.map((source) => measure(encoder, source))))
    await objects.put(key, measured)
    return parseSources(measured, 'what was measured')
  }

  const measuredKey = (encoder: Encoder, fingerprint: string) => `${prefixOf(encoder)}measured/${fingerprint}`
  const fingerprintOfChoice = (encoder: Encoder, chosen: Choice) =>
    fingerprintOf([encoder.spaceFingerprint('clip'), chosen])

  /** Whether a choice can still be measured, or already was. */
  async function isUsable(encoder: Encoder, chosen: Choice): Promise<boolean> {
    const found = await Promise.all(chosen.map(({ dataset }) => store.datasets.get(dataset)))
    if (found.every((dataset) => dataset)) return true
    const key = measuredKey(encoder, fingerprintOfChoice(encoder, chosen))
    return (await objects.get(key)) !== undefined
  }

  /** What is chosen for a dataset of an encoder without sources is written down, so that it stays the same. */
  async function choiceFor(encoder: Encoder, dataset: string, own: ReadonlySet<string>): Promise<Choice> {
    const key = `${prefixOf(encoder)}chosen/${encodeURIComponent(dataset)}.json`
    const bytes = await objects.get(key)
    const known = bytes && choiceSchema.safeParse(parseJson(bytes.toString())).data
    if (known && (await isUsable(encoder, known))) return known
    const chosen = await chooseImages(dataset, own)
    // An empty choice is not kept: another dataset may be imported.
    if (chosen.length > 0) await objects.put(key, Buffer.from(JSON.stringify(chosen)))
    return chosen
  }

  /** Images of other datasets, of those with the most classes first, as many of each. */
  async function chooseImages(dataset: string, own: ReadonlySet<string>): Promise<Choice> {
    const { nodes } = await store.datasets.page({ first: 1000 })
    const others = nodes.filter(({ id }) => id !== dataset)
    const classes = await store.datasets.classesOf(others.map(({ id }) => id))
    const size = ({ id }: DatasetRow) => classes.get(id)?.length ?? 0
    const largest = [...others].sort((a, b) => size(b) - size(a) || (a.id < b.id ? -1 : 1))
    const chosen: Choice = []
    for (const { id, name } of largest) {
      if (chosen.length === maxDatasets) break
      const images = await trainingImages(id)
      if (images.some(({ imageId }) => own.has(markOf(imageId)))) continue
      const kept = pairsOf(images)
      if (kept.length > 0) chosen.push({ dataset: id, name, images: kept })
    }
    const each = Math.floor(maxImages / Math.max(1, chosen.length))
    return chosen.map((source) => ({ ...source, images: firstClasses(source.images, each) }))
  }

  /** All but the test images. */
  const trainingImages = async (dataset: string): Promise<DatasetImageRow[]> =>
    (await store.datasets.images(dataset)).filter(({ split }) => split !== 'TEST')

  async function requireIdle(encoder: string): Promise<void> {
    const unfinished = (await store.comparisons.unfinished()).map(({ id }) => id)
    for (const [id, runs] of await store.comparisons.runsOf(unfinished)) {
      if (encodersOf(runs).includes(encoder)) {
        throw errors.inUse({ what: `encoder ${encoder}`, by: `comparison ${id}` }, 'encoder')
      }
    }
  }

  return {
    async of(encoder, dataset) {
      const own = new Set((await store.datasets.images(dataset)).map(({ imageId }) => markOf(imageId)))
      const stored = (await storedSources(encoder)).filter(
        (source) => source.dataset !== dataset && ![...source.marks].some((mark) => own.has(mark)),
      )
      if (stored.length > 0) {
        const fingerprint = fingerprintOf(stored.map(({ sha256 }) => sha256).sort())
        return lazily(encoder, fingerprint, stored.map(infoOf), async () => stored)
      }
      const chosen = await choiceFor(encoder, dataset, own)
      if (chosen.length === 0) return null
      const fingerprint = fingerprintOfChoice(encoder, chosen)
      const infos = chosen.map(({ images, ...source }) => ({
        ...source,
        images: images.length,
        classes: new Set(images.map(([, label]) => label)).size,
      }))
      return lazily(encoder, fingerprint, infos, () => measuredFor(encoder, fingerprint, chosen))
    },

    async fit({ encoder: encoderId, datasets }, options) {
      const encoder = encoders.get(encoderId, 'encoder')
      if (datasets.length === 0) throw errors.emptyList({ what: 'dataset' }, 'datasets')
      await requireIdle(encoder.id)
      const measured: Omit<StoredSource, 'sha256'>[] = []
      for (const [i, id] of datasets.entries()) {
        const dataset = await store.datasets.get(id)
        if (!dataset) throw errors.unknownDataset({ id }, `datasets[${i}]`)
        const images = (await trainingImages(id)).map(({ imageId, classIndex }): [string, number] => [
          imageId,
          classIndex,
        ])
        if (images.length === 0) {
          const reason = 'it has no images but test images'
          throw errors.invalidGeneric({ source: `"${dataset.name}"`, reason }, `datasets[${i}]`)
        }
        measured.push(await measure(encoder, { dataset: id, name: dataset.name, images }, options))
      }
      // A comparison may have been asked for meanwhile.
      await requireIdle(encoder.id)
      await objects.put(fittedKey(encoder), formatSources(measured))
      return measured.map(infoOf)
    },

    sources: async (encoder) => (await storedSources(encoder)).map(infoOf),
  }

  function lazily(
    encoder: Encoder,
    fingerprint: string,
    sources: readonly SourceInfo[],
    read: () => Promise<readonly Pick<StoredSource, 'within' | 'between' | 'images' | 'classes'>[]>,
  ): EncoderGeneric {
    return {
      dimensions: encoder.dimensions,
      fingerprint,
      sources,
      async whitened(own) {
        const covariance = await covariances.get(fingerprint, async () => genericCovariance(await read()))
        return covariance.whitened(own)
      },
    }
  }
}

const infoOf = ({ name, dataset, images, classes }: SourceInfo): SourceInfo => ({
  name,
  dataset,
  images,
  classes,
})

/** Up to `maxPerClass` images of each class that has two, in an order by their hashes; empty if fewer than two classes have. */
function pairsOf(images: readonly DatasetImageRow[]): [string, number][] {
  const byClass = new Map<number, string[]>()
  for (const { imageId, classIndex } of images) {
    byClass.set(classIndex, [...(byClass.get(classIndex) ?? []), imageId])
  }
  const classes = [...byClass].filter(([, ids]) => ids.length > 1)
  if (classes.length < 2) return []
  return classes.flatMap(([label, ids]) =>
    [...ids]
      .sort()
      .slice(0, maxPerClass)
      .map((id): [string, number] => [id, label]),
  )
}

/** The images of as many whole classes, at least two, as fit into `count`. */
function firstClasses(images: readonly [string, number][], count: number): [string, number][] {
  const kept = new Set<number>()
  const result: [string, number][] = []
  for (const [id, label] of images) {
    if (!kept.has(label) && kept.size >= 2 && result.length + maxPerClass > count) break
    kept.add(label)
    result.push([id, label])
  }
  return result
}

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { drawRanks } from '../../src/datasets/draw-support.js'
import { type Encoder, openEncoder } from '../../src/encoders/encoder.js'
import { encodeClasses } from '../../src/encoders/text-classifier.js'
import { type FeatureFile, readFeatureFile } from '../../src/features/feature-file.js'
import type { SpaceFeatures } from '../../src/features/space-features.js'
import { selectFeatures } from '../../src/features/space-features.js'
import type { Runtime } from '../../src/tensor/runtime.js'
import { sharedFolder } from '../data.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A data set of the tables. A missing one is left out with a message. */
export interface Source {
  readonly name: string
  /** Whether the constants of `shrunk` were tuned on it, or only confirmed on it. */
  readonly role: 'tuning' | 'confirmation'
  /** The number of support sets: one per seed. */
  readonly seeds: readonly number[]
  /** The data set with the support sets of a seed; undefined if it is missing. */
  open(seed: number, runtime: Runtime): Promise<FeatureFile | undefined>
}

export const features = (name: string, role: Source['role'], folder: string): Source => ({
  name,
  role,
  seeds: [1],
  async open() {
    const path = await sharedFolder(folder)
    return path === undefined ? undefined : readFeatureFile(join(path, 'features.safetensors'))
  },
})

const photographs = (
  name: string,
  role: Source['role'],
  folder: () => Promise<string | undefined>,
): Source => {
  let encoded: Promise<Encoded> | undefined
  return {
    name,
    role,
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    async open(seed, runtime) {
      const path = await folder()
      if (path === undefined) return undefined
      encoded ??= encodeFolder(path, runtime)
      return drawnFrom(await encoded, seed)
    },
  }
}

/** All data sets. */
export const sources: readonly Source[] = [
  features('caltech61', 'tuning', 'caltech61-clip-vit-b32'),
  features('flowers102', 'tuning', 'flowers102-clip-vit-b32'),
  photographs('tiny-imagenet-50', 'tuning', () => sharedFolder('tiny-imagenet-50')),
  photographs('cifar10-photos', 'tuning', () => sharedFolder('cifar10-photos')),
  photographs('fashion-mnist', 'tuning', async () => join(root, 'demo/fashion-mnist')),
]

/** A folder with `dataset.json`, `support_pool`, `validation` and `test` that was not used for tuning. */
export const folderSource = (folder: string): Source =>
  photographs(basename(folder), 'confirmation', async () => folder)

const descriptionSchema = z.object({
  classes: z.array(
    z.object({ name: z.string(), folder: z.string().optional(), prompts: z.array(z.string()) }),
  ),
})

interface Split {
  readonly ids: readonly string[]
  readonly labels: Int32Array
  readonly features: SpaceFeatures
}

interface Encoded extends Record<'pool' | 'validation' | 'test', Split> {
  readonly classes: z.infer<typeof descriptionSchema>['classes']
  readonly encoder: Encoder
}

/** The features of a folder `split/class/image`, from the embedded encoder. */
async function encodeFolder(folder: string, runtime: Runtime): Promise<Encoded> {
  const { classes } = descriptionSchema.parse(
    JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')),
  )
  const encoder = await openEncoder(join(root, 'models/mini-clip'), runtime)
  async function encode(split: string): Promise<Split> {
    const images: { id: string; label: number; read: () => Promise<Uint8Array> }[] = []
    for (const [label, each] of classes.entries()) {
      const at = join(folder, split, each.folder ?? each.name)
      for (const file of (await readdir(at)).sort()) {
        const bytes = await readFile(join(at, file))
        const id = createHash('sha256').update(bytes).digest('hex')
        images.push({ id, label, read: () => Promise.resolve(bytes) })
      }
    }
    return {
      ids: images.map(({ id }) => id),
      labels: Int32Array.from(images, ({ label }) => label),
      features: await encoder.encodeImages(images, { spaces: encoder.spaces }),
    }
  }
  const [pool, validation, test] = [
    await encode('support_pool'),
    await encode('validation'),
    await encode('test'),
  ]
  return { classes, encoder, pool, validation, test }
}

/** The same support sets that a comparison draws with this seed. */
async function drawnFrom({ classes, encoder, pool, validation, test }: Encoded, seed: number) {
  const { textClassifier } = await encodeClasses(encoder, classes)
  const candidates = pool.ids.map((imageId, i) => ({ imageId, classIndex: pool.labels[i] as number }))
  const sorted = classes.map((_, index) =>
    candidates.flatMap(({ imageId, classIndex }) => (classIndex === index ? [imageId] : [])).sort(),
  )
  return {
    classes: classes.length,
    textClassifier,
    prompts: null,
    logitScale: encoder.logitScale,
    spaces: encoder.spaces,
    shots: [1, 2, 4, 8, 16],
    test,
    validation,
    support(shots) {
      const drawn = sorted.flatMap((ids, classIndex) =>
        drawRanks(ids.length, classes[classIndex]?.name ?? '', { shots, drawing: 'EXACT', seed }).map(
          (rank) => ({ imageId: ids[rank] ?? '', classIndex }),
        ),
      )
      const rows = drawn.map(({ imageId }) => pool.ids.indexOf(imageId))
      return {
        features: selectFeatures(pool.features, rows),
        labels: Int32Array.from(drawn, ({ classIndex }) => classIndex),
        classes: classes.length,
        textClassifier,
        logitScale: encoder.logitScale,
      }
    },
  } satisfies FeatureFile
}

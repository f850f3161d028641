import { createHash } from 'node:crypto'
import { access, link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { writeAdapter } from '../../src/encoders/adapters/adapter.js'
import { batched } from '../../src/encoders/batching.js'
import { type Encoder, openEncoder } from '../../src/encoders/encoder.js'
import { graphFile } from '../../src/encoders/graph-file.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import type { ImageSource } from '../../src/encoders/prepare-batch.js'
import { openVisionTower, type VisionTower } from '../../src/encoders/vision-tower.js'
import { seeded } from '../../src/system/random.js'
import { type Matrix, makeUnit, matrix, rowOf } from '../../src/tensor/matrix.js'
import { openRuntime, type Runtime, type Session } from '../../src/tensor/runtime.js'
import { against, type Benchmark, cost, inTurns, onceMs, type Row, times } from '../benchmark.js'
import { startOurs, startPython } from '../contestants.js'
import { noise } from '../noise.js'

/** Images per batch, batches per turn, and turns. */
const batches = [
  { count: 1, repeats: 3, turns: 61 },
  { count: 8, repeats: 1, turns: 61 },
  { count: 32, repeats: 1, turns: 25 },
]

/**
 * CLIP's image towers in their real size. $CLIP_EXPORTS is a folder of exports made by `tools/export-clip` with
 * `--precision fp32 q8 --weights`, each named after its architecture.
 */
export const clipSpeed = ['vit-b-32', 'vit-b-16'].map(
  (architecture): Benchmark => ({
    name: `clip-speed-${architecture}`,
    run: () => withExport(architecture, (folder) => speedOf(architecture, folder)),
  }),
)

export const clipFiles = ['vit-b-32', 'vit-b-16'].map(
  (architecture): Benchmark => ({
    name: `clip-files-${architecture}`,
    run: () => withExport(architecture, (folder) => filesOf(architecture, folder)),
  }),
)

export const clipMemory: Benchmark = {
  name: 'clip-memory',
  run: () => withExport('vit-b-16', memoryOf),
}

async function withExport(
  architecture: string,
  measure: (folder: string) => Promise<Row[]>,
): Promise<readonly Row[]> {
  const folder = resolve(process.env.CLIP_EXPORTS ?? 'exports', architecture)
  try {
    await access(folder)
  } catch {
    return [{ quantity: `${architecture}: no export in $CLIP_EXPORTS, see tools/export-clip`, ours: '–' }]
  }
  return measure(folder)
}

/** Ours, ONNX Runtime in Python, PyTorch and our q8, each in its own process, in turns. */
async function speedOf(name: string, folder: string): Promise<Row[]> {
  const contestants = await withVariant(folder, 'q8', false, async (variant) => ({
    ours: await startOurs('clip.ts', folder),
    onnxruntime: await startPython('clip.py', folder, 'onnxruntime'),
    q8: await startOurs('clip.ts', variant),
    pytorch: await startPython('clip.py', folder, 'pytorch'),
  }))
  const present = Object.entries(contestants).flatMap(([id, each]) => (each ? [{ id, ...each }] : []))
  const rows: Row[] = []
  for (const { count, repeats, turns } of batches) {
    const asked = present.map(({ id, ask }) => [id, () => ask(`${count} ${repeats}`)])
    const { ours = [], q8 = [], onnxruntime, pytorch } = await inTurns(Object.fromEntries(asked), turns)
    const of = `${name}, batch ${count}`
    if (onnxruntime) rows.push(against(`${of}, compared with ONNX Runtime in Python`, ours, onnxruntime))
    if (pytorch) rows.push(against(`${of}, compared with PyTorch`, ours, pytorch))
    rows.push(against(`${of}, q8 compared with fp32`, q8, ours))
  }
  for (const { end } of present) end()
  return [...rows, ...(await featuresOf(name, folder))]
}

/** The difference of q8 features from fp32 features, and the gain of batching for the smaller architecture. */
async function featuresOf(name: string, folder: string): Promise<Row[]> {
  const runtime = openRuntime()
  const fp32 = await openVisionTower(await readModelFolder(folder), runtime)
  const q8 = await withVariant(folder, 'q8', false, async (variant) =>
    openVisionTower(await readModelFolder(variant), runtime),
  )
  const pixels = noise(8)
  const cosines = cosinesOf(
    await q8.encode(pixels, 8, 'clip', false),
    await fp32.encode(pixels, 8, 'clip', false),
  )
  const cosineRow = {
    quantity: `${name}, cosine of features in q8 to fp32: mean, least`,
    ours: `${mean(cosines).toFixed(4)}, ${Math.min(...cosines).toFixed(4)}`,
  }
  const rows = name === 'vit-b-32' ? [cosineRow, await clientsOf(name, fp32)] : [cosineRow]
  await runtime.close()
  return rows
}

/** 32 clients with one image at a time, with and without batching of their images. */
async function clientsOf(name: string, tower: VisionTower): Promise<Row> {
  const image = noise(1)
  const clients = (most: number) => {
    const encode = batched(tower.encode, most)
    return () => onceMs(() => Promise.all(Array.from({ length: 32 }, () => encode(image, 1, 'clip', false))))
  }
  const { together = [], apart = [] } = await inTurns({ together: clients(64), apart: clients(1) }, 3)
  return against(`${name}, 32 clients at once, batched compared with one by one`, together, apart)
}

/** From JPEG files on disk, compared with the model on pixels only; and both spaces compared with one. */
async function filesOf(name: string, folder: string): Promise<Row[]> {
  const runtime = withSharedSessions(openRuntime())
  const directory = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
  try {
    return await withVariant(folder, 'fp32', true, async (variant) => {
      const count = 64
      const images = await jpegFiles(directory, count)
      const encoder = await openEncoder(variant, runtime)
      const tower = await openVisionTower(await readModelFolder(variant), runtime)
      // The encoder itself uses batches of eight for such images.
      const pixels = noise(8)
      const alone = (run: () => Promise<unknown>) => () =>
        onceMs(async () => {
          for (let done = 0; done < count; done += 8) await run()
        })
      const asItCame = await runtime.open(join(folder, 'onnx/vision_model.onnx'))
      const pixelTensor = { type: 'float32', dims: [8, 3, 224, 224], data: pixels } as const
      const from = (spaces: string[], some: ImageSource[]) => () =>
        onceMs(() => encoder.encodeImages(some, { spaces }))
      const turns = name === 'vit-b-32' ? 41 : 15
      const {
        file = [],
        model = [],
        files = [],
      } = await inTurns(
        {
          file: alone(() => asItCame.run({ pixel_values: pixelTensor }, { outputs: ['image_embeds'] })),
          model: alone(() => tower.encode(pixels, 8, 'clip', false)),
          files: from(['clip'], images),
        },
        turns,
      )
      const [first] = images
      const single = first ? [first] : []
      const { one = [], both = [] } = await inTurns(
        { one: from(['clip'], single), both: from(['clip', 'imo'], single) },
        21,
      )
      return [
        against(`${name}, ${count} JPEG files of 500×375, compared with the model's file alone`, files, file),
        against(`${name}, the same compared with the model alone as the encoder opens it`, files, model),
        cost(`${name}, one JPEG file in both spaces, compared with one space`, both, one),
      ]
    })
  } finally {
    await rm(directory, { recursive: true })
    await runtime.close()
  }
}

/** Opens the same graph once, so that both measurements use the same caches. */
function withSharedSessions(runtime: Runtime): Runtime {
  const sessions = new Map<string, Promise<Session>>()
  return {
    ...runtime,
    open(model, options) {
      const id = createHash('sha256').update(model).digest('hex')
      const session = sessions.get(id) ?? runtime.open(model, options)
      sessions.set(id, session)
      return session
    },
  }
}

/** Memory above that of a process whose embedded encoder is open and has worked. */
async function memoryOf(folder: string): Promise<Row[]> {
  const runtime = openRuntime()
  const directory = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
  try {
    const images = await jpegFiles(directory, 64)
    const encode = async (encoder: Encoder, some: ImageSource[]) => {
      await encoder.encodeTexts(['a photo of a cat'])
      await encoder.encodeImages(some, { spaces: ['clip', 'imo'] })
    }
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const idle = await openEncoder(join(root, 'models/mini-clip'), runtime)
    await encode(idle, images)
    const before = resident()
    return await withVariant(folder, 'fp32', true, async (variant) => {
      const weights = await weightsOf(variant)
      const encoder = await openEncoder(variant, runtime)
      await encode(encoder, images.slice(0, 1))
      const one = resident() - before
      await encode(encoder, images)
      const many = resident() - before
      const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
      const row = (what: string, bytes: number): Row => ({
        quantity: `vit-b-16 with adapter, ${what}, memory compared with the size of its weights`,
        ours: mib(bytes),
        baseline: mib(weights),
        ratio: times(bytes / weights),
      })
      const peak = process.resourceUsage().maxRSS * 1024 - before
      return [row('one image at a time', one), row('64 images at a time', many), row('at its most', peak)]
    })
  } finally {
    await rm(directory, { recursive: true })
    await runtime.close()
  }
}

async function weightsOf(folder: string): Promise<number> {
  const model = await readModelFolder(folder)
  const files = [model.manifest.vision, model.manifest.text].map((tower) => graphFile(model, tower))
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, each) => sum + each, 0)
}

const resident = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

/** Provides the export in another precision, optionally with a random adapter, while `use` runs. */
async function withVariant<T>(
  folder: string,
  precision: 'fp32' | 'q8',
  withAdapter: boolean,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const variant = await mkdtemp(join(folder, 'variant-'))
  try {
    await mkdir(join(variant, 'onnx'))
    const suffix = precision === 'q8' ? '_quantized' : ''
    const files = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json']
    const graphs = ['vision', 'text'].map((tower) => `onnx/${tower}_model${suffix}.onnx`)
    for (const file of [...files, ...graphs]) await link(join(folder, file), join(variant, file))
    const added = { id: 'measured', name: 'measured', precision }
    await writeFile(join(variant, 'shotboard.json'), JSON.stringify(added))
    if (withAdapter) await writeRandomAdapter(join(variant, 'adapter.safetensors'))
    return await use(variant)
  } finally {
    await rm(variant, { recursive: true })
  }
}

/** Bottlenecks of 64 in the twelve blocks of a ViT-B. */
function writeRandomAdapter(file: string): Promise<void> {
  const [depth, width, bottleneck] = [12, 768, 64]
  const random = seeded('adapter')
  const draw = (length: number) => Float32Array.from({ length }, () => (random.next() - 0.5) / 10)
  const blocks = Array.from({ length: depth }, () => ({
    down: { weight: matrix(bottleneck, width, draw(bottleneck * width)), bias: draw(bottleneck) },
    up: { weight: matrix(width, bottleneck, draw(width * bottleneck)), bias: draw(width) },
  }))
  return writeAdapter(file, {
    blocks,
    bottleneck,
    width,
    scale: 0.1,
    encoder: 'vit-b',
    provenance: 'random numbers',
  })
}

/** Images with the sizes of photographs: smooth shapes with grain, about 60 kB each. */
async function jpegFiles(directory: string, count: number): Promise<ImageSource[]> {
  const [width, height] = [500, 375]
  const random = seeded('photographs')
  return Promise.all(
    Array.from({ length: count }, async (_, i): Promise<ImageSource> => {
      const small = Buffer.from(Uint8Array.from({ length: 20 * 15 * 3 }, () => 256 * random.next()))
      const smooth = await sharp(small, { raw: { width: 20, height: 15, channels: 3 } })
        .resize(width, height, { kernel: 'cubic', fit: 'fill' })
        .raw()
        .toBuffer()
      const grainy = Uint8ClampedArray.from(smooth, (value) => value + 40 * (random.next() - 0.5))
      const file = join(directory, `${i}.jpg`)
      await sharp(grainy, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 85 })
        .toFile(file)
      return { id: String(i), read: () => readFile(file) }
    }),
  )
}

function cosinesOf(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: a.rows }, (_, i) => {
    const [x, y] = [rowOf(a, i), rowOf(b, i)]
    makeUnit(x)
    makeUnit(y)
    return x.reduce((sum, value, k) => sum + value * (y[k] ?? Number.NaN), 0)
  })
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

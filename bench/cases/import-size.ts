import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type * as LibraryModule from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { imagePageRequest } from '../../src/store/dataset-images.js'
import { type Benchmark, medianMs, ms, onceMs } from '../benchmark.js'

const images = 100_000
const classes = 200
const side = 32
const filesAtOnce = 200
const msBetweenLooks = 100
const repeats = 7
/** The build's processes load no TypeScript, which would take memory that nobody's import takes. */
const built = new URL('../../dist/library/library.js', import.meta.url).href

/**
 * Imports a folder of 100,000 small JPEGs of 200 classes, without encoding, and watches the memory of all processes; then lists,
 * counts, draws and fingerprints the dataset. Needs `npm run build`.
 */
export const importSize: Benchmark = {
  name: 'import-size',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
    const source = join(folder, 'source')
    await writeImages(source)
    const { openLibrary } = (await import(built)) as typeof LibraryModule
    const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: join(folder, 'data') }))
    const idle = { own: process.memoryUsage.rss(), all: await memoryOfAll() }
    const most = { ...idle }
    const watching = setInterval(async () => {
      most.own = Math.max(most.own, process.memoryUsage.rss())
      most.all = Math.max(most.all, await memoryOfAll())
    }, msBetweenLooks)
    let dataset = ''
    const took = await onceMs(async () => {
      const result = await library.imports.importPath(source)
      if (result.added !== images) throw new Error(`${result.added} of ${images} images were added`)
      dataset = result.dataset.id
    })
    clearInterval(watching)
    let seed = 0
    const draw = () => library.supportSets.create({ dataset, shots: 16, seed: seed++, augmentations: 1 })
    const first = {
      fingerprint: await onceMs(() => library.fingerprintDataset(dataset)),
      draw: await onceMs(draw),
    }
    const page = imagePageRequest({ first: 60 }, { datasetId: dataset })
    const later = {
      draw: await medianMs(repeats, draw),
      list: await medianMs(repeats, () => library.datasets.pages([{ ...page, above: images - 100 }])),
      count: await medianMs(repeats, async () => {
        await library.datasets.countsOf([dataset])
        await library.datasets.classCounts([dataset])
      }),
    }
    await library.close()
    await rm(folder, { recursive: true })
    const of = `${images.toLocaleString('en')} JPEG files of ${side}×${side} in ${classes} classes`
    const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
    return [
      { quantity: `Importing ${of}`, ours: `${((1000 * images) / took).toFixed(0)} images/s` },
      { quantity: 'its most memory above the idle library', ours: mebibytes(most.own - idle.own) },
      { quantity: 'the same, with the processes that decode', ours: mebibytes(most.all - idle.all) },
      { quantity: 'the first fingerprint right after it', ours: ms(first.fingerprint) },
      { quantity: 'the first support set of 16 shots after that', ours: ms(first.draw) },
      { quantity: `further ones, median of ${repeats}`, ours: ms(later.draw) },
      { quantity: `listing a page of 60 images at the end, median of ${repeats}`, ours: ms(later.list) },
      { quantity: `counting by split and by class, median of ${repeats}`, ours: ms(later.count) },
    ]
  },
}

/** The resident memory of this process and of those that it started, in bytes; where the system has no /proc, of this one. */
async function memoryOfAll(): Promise<number> {
  const processes = await readdir('/proc').catch(() => [])
  const found = new Map<number, { readonly parent: number; readonly bytes: number }>()
  for (const name of processes) {
    if (!/^\d+$/.test(name)) continue
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '')
    const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1])
    const bytes = 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0)
    found.set(Number(name), { parent, bytes })
  }
  let sum = 0
  for (const [id, { bytes }] of found) if (isOurs(id, found)) sum += bytes
  return sum === 0 ? process.memoryUsage.rss() : sum
}

function isOurs(id: number, found: ReadonlyMap<number, { readonly parent: number }>): boolean {
  for (let at: number | undefined = id; at !== undefined; at = found.get(at)?.parent) {
    if (at === process.pid) return true
  }
  return false
}

/** Equal pictures whose comments differ, so that each file is another image. */
async function writeImages(folder: string): Promise<void> {
  const pixels = Buffer.from(Array.from({ length: side * side * 3 }, (_, i) => (i * 7919) % 251))
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer()
  const nameOf = (index: number) => join(folder, `class ${index % classes}`)
  for (let c = 0; c < classes; c++) await mkdir(nameOf(c), { recursive: true })
  for (let from = 0; from < images; from += filesAtOnce) {
    await Promise.all(
      Array.from({ length: filesAtOnce }, (_, k) =>
        writeFile(join(nameOf(from + k), `${from + k}.jpg`), withComment(jpeg, `image ${from + k}`)),
      ),
    )
  }
}

/** A JPEG with a comment after its first marker. */
function withComment(jpeg: Buffer, text: string): Buffer {
  const comment = Buffer.from(text)
  const header = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), header, comment, jpeg.subarray(2)])
}

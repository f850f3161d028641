import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEncoder } from '../../src/encoders/encoder.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs } from '../benchmark.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The embedded encoder on image files, with one space and with both. */
export const encoding: Benchmark = {
  name: 'encoding',
  async run() {
    const encoder = await openEncoder(join(root, 'models/mini-clip'), openRuntime())
    const test = join(root, 'demo/fashion-mnist/test')
    const files = (await readdir(test, { recursive: true })).filter((name) => name.endsWith('.png'))
    const images = files.map((name, i) => ({ id: String(i), read: () => readFile(join(test, name)) }))
    const rate = async (spaces: string[]) => {
      const ms = await medianMs(3, () => encoder.encodeImages(images, { spaces }))
      return `${((1000 * images.length) / ms).toFixed(0)} images/s`
    }
    return [
      { quantity: `Encoding ${images.length} PNG files of the demo, clip`, ours: await rate(['clip']) },
      {
        quantity: `Encoding ${images.length} PNG files of the demo, clip and imo`,
        ours: await rate(['clip', 'imo']),
      },
    ]
  },
}

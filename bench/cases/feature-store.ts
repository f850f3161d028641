import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFeatureStore } from '../../src/features/feature-store.js'
import { type Benchmark, medianMs, ms } from '../benchmark.js'
import { normals } from '../data.js'

const images = 16_000
const dimensions = 512

/** Opens the feature store and loads all stored features. */
export const featureStore: Benchmark = {
  name: 'feature-store',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
    try {
      const address = { encoder: 'benchmark', space: 'clip', recipe: 'plain', dimensions }
      const ids = Array.from({ length: images }, (_, i) =>
        createHash('sha256').update(String(i)).digest('hex'),
      )
      const writer = openFeatureStore(folder)
      await writer.append(address, ids, normals('features', images, dimensions))
      await writer.close()
      const ours = await medianMs(5, async () => {
        const store = openFeatureStore(folder)
        const { missing } = await store.read(address, ids)
        if (missing.length > 0) throw new Error(`${missing.length} features are missing`)
        await store.close()
      })
      return [{ quantity: `Opening the feature store and loading ${images}×${dimensions}`, ours: ms(ours) }]
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

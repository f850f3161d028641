import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { openDatabase } from '../../src/store/database.js'
import { countRows } from './counts.js'
import { filesBelow } from './folder.js'

/** A comparison of one run. */
export const request = (dataset: string, more: Partial<CompareInput> = {}): CompareInput => ({
  dataset,
  shots: [1],
  seeds: [1],
  methods: [{ method: 'tip-adapter' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
  ...more,
})

/** Compares, and waits until it has ended. */
export async function compare(library: OpenedLibrary, input: CompareInput): Promise<string> {
  const { id } = await library.comparisons.compare(input)
  await library.comparisons.ended(id)
  return id
}

/** Few images in each split. */
export const small = { SUPPORT_POOL: 2, TEST: 2 } as const

/** The names of the files below a subfolder of the data folder. */
export const names = async (folder: string, part: string) =>
  (await filesBelow(join(folder, part))).map((path) => path.slice(path.lastIndexOf('/') + 1)).sort()

/** The ids of the images that have features, by address. */
async function featuresOf(folder: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const path of await filesBelow(join(folder, 'features'))) {
    if (!path.endsWith('keys.bin')) continue
    const keys = await readFile(path)
    const ids = Array.from({ length: keys.length / 36 }, (_, i) => keys.toString('hex', i * 36, i * 36 + 32))
    const [space, shard = ''] = path.split('/').slice(-3, -1)
    // All are of the kind of processor that runs the tests.
    found[`${space}/${shard.split('@')[0]}`] = ids
  }
  return found
}

/** The number of stored features, by address. */
export const featureCounts = async (folder: string): Promise<Record<string, number>> =>
  Object.fromEntries(Object.entries(await featuresOf(folder)).map(([address, ids]) => [address, ids.length]))

/** Everything that a library has on disk and in its database, to compare before and after. */
export async function everything(folder: string, url: string) {
  const database = await openDatabase(url)
  try {
    const images = await names(folder, 'images')
    const encoded = Object.values(await featuresOf(folder)).flat()
    return {
      rows: await countRows(database),
      images,
      /** Features of images that do not exist. */
      strays: encoded.filter((id) => !images.includes(id)),
      results: await names(folder, 'runs'),
      features: await featureCounts(folder),
      recoveryMarkers: await names(folder, 'unsettled'),
    }
  } finally {
    await database.close()
  }
}

import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import pLimit from 'p-limit'
import { withWriteErrors } from '../system/storage-fault.js'
import type { Matrix } from '../tensor/matrix.js'
import { compactShard, suffixes } from './compact-shard.js'
import { openShard, type Shard } from './shard.js'

/** What identifies a stored feature, together with its image. */
export interface FeatureAddress {
  /** The encoder's id and fingerprint, so that other weights have another address. */
  readonly encoder: string
  /** One of the encoder's own spaces. */
  readonly space: string
  /** The augmentation recipe's id. */
  readonly recipe: string
  /** The kind of processor that made it; undefined for features of earlier versions, which did not record it. */
  readonly processor?: string | undefined
  /** d, the length of a feature. */
  readonly dimensions: number
}

/**
 * Features in files. Each is computed once for (image, encoder, space, recipe, processor), and survives restarts. Images are named by
 * their SHA-256 in hexadecimal.
 */
export interface FeatureStore {
  /** The features of images, [N, d], and the indices of those that are missing; their rows are zero. Throws STORAGE_FAILED. */
  read(address: FeatureAddress, images: readonly string[]): Promise<{ features: Matrix; missing: number[] }>
  /**
   * Stores features, one row per image. Images that are stored already are skipped. Throws DISK_FULL or STORAGE_FAILED, and
   * then stores none of them.
   */
  append(address: FeatureAddress, images: readonly string[], features: Matrix): Promise<void>
  /** The kinds of processors of which an address has features, with undefined if some are of earlier versions. */
  processors(address: FeatureAddress): Promise<readonly (string | undefined)[]>
  /** Resolves when everything that was appended survives the end of the process. Throws as `append`. */
  flush(): Promise<void>
  /**
   * Removes the features of all images but those that `selectKept` returns of the images that it is called with. It is called
   * once for each address that `isAffected` accepts; all by default.
   */
  keepOnly(
    selectKept: (images: readonly string[]) => Promise<ReadonlySet<string>>,
    isAffected?: (address: Pick<FeatureAddress, 'encoder' | 'recipe'>) => boolean,
  ): Promise<void>
  close(): Promise<void>
}

/** Opens the store in a folder, which is made when it is needed. */
export function openFeatureStore(directory: string): FeatureStore {
  interface ShardSlot {
    /** One operation on a shard at a time. */
    readonly queue: ReturnType<typeof pLimit>
    shard?: Promise<Shard>
  }
  const slots = new Map<string, ShardSlot>()

  function slotOf(folder: string): ShardSlot {
    const slot = slots.get(folder) ?? { queue: pLimit(1) }
    slots.set(folder, slot)
    return slot
  }

  function withShard<T>(address: FeatureAddress, work: (shard: Shard) => Promise<T>): Promise<T> {
    const folder = join(above(address), nameOf(address))
    const slot = slotOf(folder)
    return slot.queue(async () => {
      slot.shard ??= withWriteErrors('features', () => openShard(folder, address.dimensions))
      try {
        return await work(await slot.shard)
      } catch (error) {
        // If opening failed, the next operation tries again.
        await slot.shard.catch(() => {
          delete slot.shard
        })
        throw error
      }
    })
  }

  const above = ({ encoder, space }: FeatureAddress): string =>
    join(directory, encoder, space.replaceAll(':', '@'))

  return {
    read: (address, images) => withShard(address, (shard) => shard.read(images)),
    append: (address, images, features) => withShard(address, (shard) => shard.append(images, features)),
    flush: async () => {},
    async processors(address) {
      const names = (await readdir(above(address)).catch(() => [])).map(withoutSuffix)
      const shards = [...new Set(names)].map(partsOf)
      return shards.flatMap(({ recipe, processor }) => (recipe === address.recipe ? [processor] : []))
    },
    async keepOnly(selectKept, isAffected = () => true) {
      for (const folder of await shardFolders(directory)) {
        const [encoder = '', , name = ''] = relative(directory, folder).split(sep)
        const { recipe } = partsOf(name)
        if (!isAffected({ encoder, recipe })) continue
        const slot = slotOf(folder)
        await slot.queue(async () => {
          await (await slot.shard)?.close()
          delete slot.shard
          await compactShard(folder, selectKept)
        })
      }
    },
    async close() {
      await Promise.all([...slots.values()].map(async ({ shard }) => (await shard)?.close()))
    },
  }
}

/** The name of a shard's folder: RECIPE@PROCESSOR, or RECIPE for features of earlier versions. */
const nameOf = ({ recipe, processor }: FeatureAddress): string =>
  processor === undefined ? recipe : `${recipe}@${processor}`

function partsOf(name: string): { recipe: string; processor: string | undefined } {
  const [recipe = '', processor] = name.split('@')
  return { recipe, processor }
}

/** The folders of all shards: ENCODER/SPACE/NAME. Includes those whose compaction was interrupted. */
async function shardFolders(directory: string): Promise<string[]> {
  let folders = [directory]
  for (let level = 0; level < 3; level++) {
    const below = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(folder).catch(() => [])).map((name) => join(folder, name)),
      ),
    )
    folders = below.flat()
  }
  return [...new Set(folders.map(withoutSuffix))]
}

function withoutSuffix(folder: string): string {
  const suffix = Object.values(suffixes).find((each) => folder.endsWith(each))
  return suffix === undefined ? folder : folder.slice(0, -suffix.length)
}

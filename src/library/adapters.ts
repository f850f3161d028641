import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readAdapter } from '../encoders/adapters/adapter.js'
import type { AdapterFolder, AddedAdapter } from '../encoders/adapters/added-adapters.js'
import { checkAdapter } from '../encoders/adapters/check-adapter.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, reasonOf } from '../errors.js'
import type { Store } from '../store/store.js'
import { requireName } from './trainings.js'

/** An added adapter, and whether it is its encoder's `imo`. */
export interface ListedAdapter extends AddedAdapter {
  readonly encoder: string
  readonly isUsed: boolean
  /** The training that made it; null for one that was brought. */
  readonly training: string | null
}

/** The adapters that encoders have beside the ones of their model folders. */
export interface Adapters {
  /** Of an encoder, or of all. Throws UNKNOWN_ENCODER. */
  list(encoder?: string | null): Promise<ListedAdapter[]>
  /** Throws UNKNOWN_ENCODER or UNKNOWN_ADAPTER. */
  find(encoder: string | null | undefined, name: string): Promise<ListedAdapter>
  /**
   * Adds the adapter of a safetensors file. Throws INVALID_ADAPTER where it is none, or not one for this encoder,
   * ADAPTER_EXISTS, INVALID_VALUE, or UNKNOWN_ENCODER.
   */
  add(input: AddAdapterInput): Promise<ListedAdapter>
  /** Makes an added adapter the encoder's `imo`; null is the model's own again. Throws as `find`, and IN_USE. */
  use(encoder: string | null | undefined, name: string | null): Promise<Encoder>
  /** Deletes an added adapter. Results stay. Throws as `find`, and IN_USE. */
  remove(encoder: string | null | undefined, name: string): Promise<void>
}

export interface AddAdapterInput {
  readonly encoder?: string | null
  readonly name: string
  readonly content: Uint8Array
}

export function createAdapters(context: {
  readonly encoders: Encoders
  readonly adapterFolder: AdapterFolder
  readonly store: Store
}): Adapters {
  const { encoders, adapterFolder, store } = context

  async function listOf(encoder: string): Promise<ListedAdapter[]> {
    const { adapters, used } = await adapterFolder.read(encoder)
    return adapters.map((adapter) => ({
      ...adapter,
      encoder,
      isUsed: adapter.name === used,
      training: trainingOf(adapter),
    }))
  }
  async function find(encoderId: string | null | undefined, name: string): Promise<ListedAdapter> {
    const { id } = encoders.get(encoderId, 'encoder')
    const all = await listOf(id)
    const found = all.find((adapter) => adapter.name === name)
    if (!found) {
      throw errors.unknownAdapter({ name, encoder: id, known: all.map((each) => each.name) }, 'name')
    }
    return found
  }
  const refresh = async (encoder: Encoder): Promise<void> =>
    encoder.setAdapters(await adapterFolder.read(encoder.id))

  /** Under a comparison that runs, spaces must not change. Throws IN_USE. */
  async function requireIdle(encoder: string): Promise<void> {
    const running = (await store.comparisons.unfinished()).find((each) => each.encoder === encoder)
    if (!running) return
    throw errors.inUse({ what: `encoder ${encoder}`, by: `comparison ${running.id}` }, 'encoder')
  }

  return {
    list: async (encoder) =>
      encoder == null
        ? (await Promise.all(encoders.all.map(({ id }) => listOf(id)))).flat()
        : listOf(encoders.get(encoder, 'encoder').id),
    find,
    async add({ encoder: encoderId, name, content }) {
      const encoder = encoders.get(encoderId, 'encoder')
      requireName(name)
      const coming = await store.trainings.unfinished()
      const taken = [...(await listOf(encoder.id)), ...coming.filter((row) => row.encoder === encoder.id)]
      if (taken.some((each) => each.name === name)) {
        throw errors.adapterExists({ name, encoder: encoder.id }, 'name')
      }
      const file = join(tmpdir(), `shotboard-adapter-${randomUUID()}.safetensors`)
      try {
        await writeFile(file, content)
        const adapter = await readAdapter(file).catch((error: unknown) => {
          const reason = reasonOf(error).replaceAll(file, 'The file')
          throw errors.invalidAdapterFile({ file: name, reason }, 'file')
        })
        await checkAdapter(encoders.model(encoder.id), adapter, name)
        await adapterFolder.write(encoder.id, name, adapter)
      } finally {
        await rm(file, { force: true })
      }
      await refresh(encoder)
      return find(encoder.id, name)
    },
    async use(encoderId, name) {
      const encoder = encoders.get(encoderId, 'encoder')
      if (name !== null) await find(encoder.id, name)
      await requireIdle(encoder.id)
      await adapterFolder.use(encoder.id, name)
      await refresh(encoder)
      return encoder
    },
    async remove(encoderId, name) {
      const { encoder: id } = await find(encoderId, name)
      await requireIdle(id)
      await adapterFolder.remove(id, name)
      await refresh(encoders.get(id))
    },
  }
}

const provenanceSchema = z.object({ training: z.string() })

/** Which training an adapter says it comes from. */
function trainingOf({ provenance }: AddedAdapter): string | null {
  try {
    return provenanceSchema.parse(JSON.parse(provenance)).training
  } catch {
    // Somebody else's adapter says it in words.
    return null
  }
}

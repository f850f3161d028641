import { z } from 'zod'
import { type Adapter, parseAdapter } from '../encoders/adapters/adapter.js'
import type { AdapterFolder, AddedAdapter } from '../encoders/adapters/added-adapters.js'
import { checkAdapter } from '../encoders/adapters/check-adapter.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, reasonOf } from '../errors.js'
import { encodersOf } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { requireFreeName } from './adapter-names.js'

/** An adapter that was added to an encoder. */
export interface ListedAdapter extends AddedAdapter {
  readonly encoder: string
  /** Whether it is the encoder's `imo`. */
  readonly isUsed: boolean
  /** The training that made it; null for an adapter from a file without a training. */
  readonly training: string | null
}

/** The adapters that were added to encoders, apart from those in the model folders. */
export interface Adapters {
  /** The adapters of one encoder, or of all. Throws UNKNOWN_ENCODER. */
  list(encoder?: string | null): Promise<ListedAdapter[]>
  /** Throws UNKNOWN_ENCODER or UNKNOWN_ADAPTER. */
  find(encoder: string | null | undefined, name: string): Promise<ListedAdapter>
  /**
   * Adds the adapter of a safetensors file. Throws INVALID_ADAPTER if the file has no adapter for this encoder,
   * ADAPTER_EXISTS, INVALID_VALUE, or UNKNOWN_ENCODER.
   */
  add(input: AddAdapterInput): Promise<ListedAdapter>
  /**
   * Makes an added adapter the encoder's `imo`; null restores the adapter of the model folder. Throws as `find`, or IN_USE
   * while a comparison with the encoder is unfinished.
   */
  use(encoder: string | null | undefined, name: string | null): Promise<Encoder>
  /** Deletes an added adapter. Results that used it stay. Throws as `use`. */
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

  const listOf = ({ id, added }: Encoder): ListedAdapter[] =>
    added.adapters.map((adapter) => ({
      ...adapter,
      encoder: id,
      isUsed: adapter.name === added.used,
      training: trainingOf(adapter),
    }))
  function find(encoderId: string | null | undefined, name: string): ListedAdapter {
    const encoder = encoders.get(encoderId, 'encoder')
    const all = listOf(encoder)
    const found = all.find((adapter) => adapter.name === name)
    if (!found) {
      const known = all.map((each) => each.name)
      throw errors.unknownAdapter({ name, encoder: encoder.id, known }, 'name')
    }
    return found
  }
  const refresh = async (encoder: Encoder): Promise<void> =>
    encoder.setAdapters(await adapterFolder.read(encoder.id))

  /** Throws IN_USE if an unfinished comparison uses the encoder: its spaces must not change. */
  async function requireIdle(encoder: string): Promise<void> {
    const unfinished = (await store.comparisons.unfinished()).map(({ id }) => id)
    for (const [id, runs] of await store.comparisons.runsOf(unfinished)) {
      if (!encodersOf(runs).includes(encoder)) continue
      throw errors.inUse({ what: `encoder ${encoder}`, by: `comparison ${id}` }, 'encoder')
    }
  }

  return {
    list: async (encoder) =>
      (encoder == null ? encoders.all : [encoders.get(encoder, 'encoder')]).flatMap(listOf),
    find: async (encoder, name) => find(encoder, name),
    async add({ encoder: encoderId, name, content }) {
      const encoder = encoders.get(encoderId, 'encoder')
      await requireFreeName(store, encoder, name)
      const adapter = parse(content, name)
      await checkAdapter(encoders.model(encoder.id), adapter, name)
      await adapterFolder.write(encoder.id, name, adapter)
      await refresh(encoder)
      return find(encoder.id, name)
    },
    async use(encoderId, name) {
      const encoder = encoders.get(encoderId, 'encoder')
      if (name !== null) find(encoder.id, name)
      await requireIdle(encoder.id)
      await adapterFolder.use(encoder.id, name)
      await refresh(encoder)
      return encoder
    },
    async remove(encoderId, name) {
      const { encoder: id } = find(encoderId, name)
      await requireIdle(id)
      await adapterFolder.remove(id, name)
      await refresh(encoders.get(id))
    },
  }
}

/** Throws INVALID_ADAPTER. */
function parse(content: Uint8Array, name: string): Adapter {
  try {
    return parseAdapter(content, 'The file')
  } catch (error) {
    throw errors.invalidAdapterFile({ file: name, reason: reasonOf(error) }, 'file')
  }
}

const provenanceSchema = z.object({ training: z.string() })

/** The training in an adapter's provenance; null if there is none. */
function trainingOf({ provenance }: AddedAdapter): string | null {
  try {
    return provenanceSchema.parse(JSON.parse(provenance)).training
  } catch {
    // Adapters from other tools may have a provenance in another format.
    return null
  }
}

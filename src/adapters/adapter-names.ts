import { adapterNamePattern } from '../encoders/adapters/added-adapters.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors } from '../errors.js'
import type { Store } from '../store/store.js'

/** Throws INVALID_VALUE for what an adapter cannot be called, ADAPTER_EXISTS for what one is called, or will be. */
export async function requireFreeName(
  store: Store,
  encoder: Encoder,
  name: string,
  argument = 'name',
): Promise<void> {
  if (!adapterNamePattern.test(name)) {
    const reason = `An adapter's name is of small letters, digits, dots, dashes and underscores, not "${name}".`
    throw errors.invalidValue({ reason }, argument)
  }
  const taken = await takenNames(store, encoder)
  if (taken.has(name)) throw errors.adapterExists({ name, encoder: encoder.id }, argument)
}

/** The objective and the first number that no adapter has. */
export async function freeName(store: Store, encoder: Encoder, objective: string): Promise<string> {
  const taken = await takenNames(store, encoder)
  for (let n = 1; ; n++) if (!taken.has(`${objective}-${n}`)) return `${objective}-${n}`
}

/** Names of an encoder's adapters, those in training as well. */
async function takenNames({ trainings }: Store, { id, added }: Encoder): Promise<Set<string>> {
  const coming = (await trainings.unfinished()).filter(({ encoder }) => encoder === id)
  return new Set([...added.adapters, ...coming].map(({ name }) => name))
}

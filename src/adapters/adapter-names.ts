import { adapterNamePattern } from '../encoders/adapters/added-adapters.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors } from '../errors.js'
import type { Store } from '../store/store.js'

/** Throws INVALID_VALUE for an invalid name, or ADAPTER_EXISTS if an adapter or an unfinished training has the name. */
export async function requireFreeName(
  store: Store,
  encoder: Encoder,
  name: string,
  argument = 'name',
): Promise<void> {
  if (!adapterNamePattern.test(name)) {
    const reason = `An adapter's name may have only lowercase letters, digits, dots, dashes and underscores, not "${name}".`
    throw errors.invalidValue({ reason }, argument)
  }
  const taken = await takenNames(store, encoder)
  if (taken.has(name)) throw errors.adapterExists({ name, encoder: encoder.id }, argument)
}

/** A free name made of the objective and a number, such as `supervised-1`. */
export async function freeName(store: Store, encoder: Encoder, objective: string): Promise<string> {
  const taken = await takenNames(store, encoder)
  for (let n = 1; ; n++) if (!taken.has(`${objective}-${n}`)) return `${objective}-${n}`
}

/** The names of an encoder's adapters, including those in training. */
async function takenNames({ trainings }: Store, { id, added }: Encoder): Promise<Set<string>> {
  const unfinished = (await trainings.unfinished()).filter(({ encoder }) => encoder === id)
  return new Set([...added.adapters, ...unfinished].map(({ name }) => name))
}

import type { Encoder } from '../encoders/encoder.js'
import type { Method } from '../methods/contract.js'
import type { Registry } from '../plugins/registry.js'
import { addedAdapterSpace } from '../spaces/added-adapter.js'
import type { FeatureSpace } from '../spaces/contract.js'

// Results outlive the plugin or the adapter that they were made with, and stay readable.

/** A registered method by its id, or a placeholder with that id and no terms. */
export function methodOrPlaceholder(id: string, { methods }: Pick<Registry, 'methods'>): Method {
  const summary = 'This method is not registered: its plugin is not loaded.'
  return (
    methods.find((method) => method.id === id) ??
    ({ id, name: id, summary, space: null, hyperparameters: {}, terms: [] } satisfies Method)
  )
}

/** A registered space or one of an encoder's added adapters by its id, or a placeholder with that id; null for null. */
export function spaceOrPlaceholder(
  id: string | null,
  { spaces }: Pick<Registry, 'spaces'>,
  encoders: readonly Encoder[],
): FeatureSpace | null {
  if (id === null) return null
  const registered = (wanted: string) => spaces.find((space) => space.id === wanted)
  const ofAdapter = addedAdapterSpace(id, registered)
  const hasAdapter = encoders.some((encoder) => ofAdapter && encoder.spaces.includes(ofAdapter.base))
  const summary = 'This space is not available: its plugin is not loaded, or its adapter was removed.'
  return (
    registered(id) ??
    (hasAdapter ? ofAdapter : undefined) ??
    ({ id, name: id, summary, base: 'clip', trained: false } satisfies FeatureSpace)
  )
}

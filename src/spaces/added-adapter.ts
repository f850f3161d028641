import { defineSpace, type FeatureSpace } from './contract.js'
import { imo } from './imo.js'
import { onSpace } from './on-space.js'

/**
 * The space of an added adapter by its id: `imo:NAME`, or `imo:NAME+whitened` for what is fitted on the support set there;
 * undefined for an id of another form. `find` knows the registered spaces. Whether there is such an adapter, the encoder
 * knows.
 */
export function addedAdapterSpace(
  id: string,
  find: (id: string) => FeatureSpace | undefined,
): FeatureSpace | undefined {
  const [, name, fitted] = /^imo:([a-z0-9][a-z0-9._-]*)(?:\+(.+))?$/i.exec(id) ?? []
  if (name === undefined) return undefined
  const adapted = withAdapter(name.toLowerCase())
  if (fitted === undefined) return adapted
  const space = find(fitted)
  return space?.fit && space.base === 'clip' ? onSpace(space, adapted) : undefined
}

const withAdapter = (name: string): FeatureSpace =>
  defineSpace({
    ...imo(),
    id: `imo:${name}`,
    name: `Adapted (${name})`,
    summary: `Image features with the adapter ${name} switched on inside the encoder.`,
    base: `imo:${name}`,
  })

import { defineSpace, type FeatureSpace } from './contract.js'
import { imo } from './imo.js'
import { onSpace } from './on-space.js'

/**
 * The space of an added adapter by its id: `imo:NAME`, or `imo:NAME+whitened` for a space that is fitted on its features.
 * Undefined for an id of another form. `find` looks up registered spaces. It does not check that the adapter exists: ask
 * the encoder.
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

function withAdapter(name: string): FeatureSpace {
  const { marker: _, dash: __, ...shared } = imo()
  return defineSpace({
    ...shared,
    id: `imo:${name}`,
    name: `Adapted (${name})`,
    summary: `Image features with the adapter ${name} switched on inside the encoder.`,
    base: `imo:${name}`,
  })
}

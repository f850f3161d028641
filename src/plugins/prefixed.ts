import type { Method } from '../methods/contract.js'
import type { Plugin } from './plugin.js'

/**
 * A plugin whose ids and aliases begin with a prefix, `lab.knn`, and whose names end with it, so that it can be told apart from
 * another that wants the same ones.
 */
export function prefixed(plugin: Plugin, prefix: string): Plugin {
  const { methods = [], spaces = [] } = plugin
  const idOf = (id: string): string => `${prefix}.${id}`
  /** The id of one of the plugin's own; others keep theirs. */
  const ownOf =
    (items: readonly { readonly id: string }[]) =>
    (id: string): string =>
      items.some((item) => item.id === id) ? idOf(id) : id
  const [methodOf, spaceOf] = [ownOf(methods), ownOf(spaces)]
  const named = <T extends { readonly id: string; readonly name: string }>(item: T): T => ({
    ...item,
    id: idOf(item.id),
    name: `${item.name} (${prefix})`,
  })
  return {
    ...plugin,
    methods: methods.map(
      (method): Method => ({
        ...named(method),
        ...(method.aliases && { aliases: method.aliases.map(idOf) }),
        ...(method.space !== null && { space: spaceOf(method.space) }),
        ...(method.spaces && { spaces: method.spaces.map(spaceOf) }),
        ...(method.variantOf !== undefined && { variantOf: methodOf(method.variantOf) }),
      }),
    ),
    spaces: spaces.map(named),
  }
}

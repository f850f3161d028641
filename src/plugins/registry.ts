import { errors } from '../errors.js'
import type { Method } from '../methods/contract.js'
import { addedAdapterSpace } from '../spaces/added-adapter.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { builtinName, type Origin } from '../spaces/origin.js'
import { type Identity, identityOf } from './identity.js'
import type { Plugin } from './plugin.js'

/** All registered methods and spaces, in the order of registration. */
export interface Registry {
  readonly methods: readonly Method[]
  readonly spaces: readonly FeatureSpace[]
  /** Finds a method by id, name or alias, in upper or lower case. Throws UNKNOWN_METHOD for `argument`. */
  method(name: string, argument?: string): Method
  /**
   * Finds a space by id or name, in upper or lower case; that of an added adapter by its id, such as `imo:mine`. Throws
   * UNKNOWN_SPACE for `argument`.
   */
  space(name: string, argument?: string): FeatureSpace
  /** The name of the plugin that registered it; null if it is built in or not registered. */
  pluginOf(item: Method | FeatureSpace): string | null
  /** Which version of a method or a space it is. */
  identityOf(item: Method | FeatureSpace): Identity
}

/**
 * Registers plugins in their order. Throws INVALID_PLUGIN, naming the plugin, if a name is taken or a method's space is not
 * registered.
 */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const methods = names<Method>('method')
  const spaces = names<FeatureSpace>('space')
  for (const plugin of plugins) {
    for (const space of plugin.spaces ?? []) {
      spaces.add({ ...space, origin: originOf(plugin) }, [space.id, space.name], plugin.name)
    }
  }
  for (const plugin of plugins) {
    for (const method of plugin.methods ?? []) {
      methods.add(
        { ...method, origin: originOf(plugin) },
        [method.id, method.name, ...(method.aliases ?? [])],
        plugin.name,
      )
      if (method.space !== null && spaces.find(method.space) === undefined) {
        throw errors.invalidPlugin({
          plugin: plugin.name,
          reason: `its method ${method.id} compares images in ${method.space}, which is not registered`,
        })
      }
      const missing = method.spaces?.find((id) => !spaces.find(id) && !addedAdapterSpace(id, spaces.find))
      if (missing !== undefined) {
        throw errors.invalidPlugin({
          plugin: plugin.name,
          reason: `its method ${method.id} lists the space ${missing}, which is not registered`,
        })
      }
    }
  }
  for (const plugin of plugins) {
    for (const { id, variantOf } of plugin.methods ?? []) {
      if (variantOf === undefined || methods.find(variantOf)) continue
      throw errors.invalidPlugin({
        plugin: plugin.name,
        reason: `its method ${id} is a variant of ${variantOf}, which is not registered`,
      })
    }
  }
  const builtinPlugin = plugins.find(({ name }) => name === builtinName)
  // The space of an added adapter is built in, and not registered.
  const builtinOrigin = originOf(builtinPlugin ?? { name: builtinName })
  // What a method declares stays as it is, and its hash takes as long as a part of a small request.
  const identities = new WeakMap<Method | FeatureSpace, Identity>()
  const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id)
  return {
    methods: methods.items,
    pluginOf({ origin = builtinOrigin }) {
      return origin.plugin === builtinName ? null : origin.plugin
    },
    identityOf(item) {
      const known = identities.get(item) ?? identityOf(item, item.origin ?? builtinOrigin)
      identities.set(item, known)
      return known
    },
    spaces: spaces.items,
    method(name, argument) {
      const found = methods.find(name)
      if (!found) throw errors.unknownMethod({ id: name, known: ids(methods.items) }, argument)
      return found
    },
    space(name, argument) {
      const found = spaces.find(name) ?? addedAdapterSpace(name, spaces.find)
      if (!found) throw errors.unknownSpace({ id: name, known: ids(spaces.items) }, argument)
      return found
    },
  }
}

const originOf = ({ name, origin }: Plugin): Origin =>
  origin ?? { plugin: name, package: null, version: null, code: null }

/** Items with several names each; no two items share a name. */
function names<T>(kind: string) {
  const items: T[] = []
  const byName = new Map<string, { item: T; plugin: string }>()
  return {
    items,
    find: (name: string): T | undefined => byName.get(name.toLowerCase())?.item,
    add(item: T, all: readonly string[], plugin: string): void {
      for (const name of new Set(all.map((each) => each.toLowerCase()))) {
        const taken = byName.get(name)
        if (taken) {
          throw errors.invalidPlugin({
            plugin,
            reason: `the ${kind} name "${name}" is already taken by the plugin ${taken.plugin}. To tell them apart, give one a prefix: SHOTBOARD_PLUGINS=PREFIX=PLUGIN`,
          })
        }
        byName.set(name, { item, plugin })
      }
      items.push(item)
    },
  }
}

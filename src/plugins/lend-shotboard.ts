import * as modules from 'node:module'

/**
 * Lets modules that find no `shotboard` of their own, such as a plugin in a linked folder, import this one. It changes how the
 * process finds modules, once for all plugins.
 */
export function lendShotboard(): void {
  if (!lent) lend()
  lent = true
}

let lent = false

interface Hooks {
  readonly resolve: (
    specifier: string,
    context: object,
    next: (specifier: string, context: object) => unknown,
  ) => unknown
}

function lend(): void {
  const { registerHooks } = modules as { readonly registerHooks?: (hooks: Hooks) => void }
  const parentURL = import.meta.url
  if (registerHooks) {
    registerHooks({
      resolve(specifier, context, next) {
        try {
          return next(specifier, context)
        } catch (error) {
          if (isShotboard.test(specifier)) return next(specifier, { ...context, parentURL })
          throw error
        }
      },
    })
    return
  }
  // Node before 22.15 runs such hooks in a thread of their own, from a module of their own.
  const source = `export async function resolve(specifier, context, next) {
    try {
      return await next(specifier, context)
    } catch (error) {
      if (${isShotboard}.test(specifier)) return next(specifier, { ...context, parentURL: ${JSON.stringify(parentURL)} })
      throw error
    }
  }`
  modules.register(`data:text/javascript,${encodeURIComponent(source)}`)
}

const isShotboard = /^shotboard(?:\/|$)/

import type { Library } from '../library/index.js'
import type { Limits } from '../settings/settings.js'
import type { Loaders } from './loaders.js'

/** What resolvers work with: the library, loaders that live as long as the request, and what a request may ask for. */
export interface Context {
  readonly library: Library
  readonly loaders: Loaders
  readonly limits: Limits
}

import type { Library } from '../library/library.js'
import type { Loaders } from './loaders.js'

/** What resolvers work with: the library, and loaders that live as long as the request. */
export interface Context {
  readonly library: Library
  readonly loaders: Loaders
}

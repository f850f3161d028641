import type { Library } from '../library/index.js'
import type { Limits } from '../settings/settings.js'
import type { AnswerBudget } from './answer-budget.js'
import type { Loaders } from './loaders.js'

/** The context of resolvers: the library, loaders for this request, the limits, and what is left for the answer. */
export interface Context {
  readonly library: Library
  readonly loaders: Loaders
  readonly limits: Limits
  readonly answer: AnswerBudget
}

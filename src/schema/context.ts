import type { Library } from '../library/index.js'
import type { Limits } from '../settings/settings.js'
import type { AnswerBudget } from './answer-budget.js'
import type { Loaders } from './loaders.js'

/** The context of resolvers: the library, loaders for this request, the limits, what is left for the answer, and where the service is. */
export interface Context {
  readonly library: Library
  readonly loaders: Loaders
  readonly limits: Limits
  readonly answer: AnswerBudget
  /** What the service is reached by, such as `https://shotboard.example.org`; undefined if it is not known. */
  readonly publicUrl: string | undefined
  /** Long lists of the variables, which are filled in before the first resolver runs. */
  readonly lists?: { fill(coerced: Readonly<Record<string, unknown>>): void }
}

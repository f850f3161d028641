import { errors } from '../errors.js'
import type { Method } from './contract.js'

/**
 * A method without the terms that read texts and without their hyperparameters, to score by images alone. Prompts and projected texts are texts
 * too, so it then needs none. Throws
 * TEXT_FEATURES_REQUIRED if no term is left.
 */
export function withoutTexts(method: Method): Method {
  if (!method.terms) {
    if (method.usesTexts) throw errors.textRequired({ method: method.id, term: 'score' }, 'method')
    return method
  }
  const terms = method.terms.filter((term) => !term.usesTexts)
  if (terms.length === 0) {
    throw errors.textRequired(
      { method: method.id, term: method.terms.map(({ name }) => name).join(' and ') },
      'method',
    )
  }
  const used = new Set(
    terms.flatMap(({ weight, shapes }) => (weight === null ? shapes : [weight, ...shapes])),
  )
  const hyperparameters = Object.fromEntries(
    Object.entries(method.hyperparameters).filter(([name]) => used.has(name)),
  )
  const { needs = [], ...rest } = method
  return { ...rest, terms, hyperparameters, needs: needs.filter((need) => need === 'patches') }
}

import { errors } from '../errors.js'
import type { Method } from './contract.js'

/**
 * A method without the terms that read texts and without their hyperparameters, to score by images alone. All that a method
 * can need is texts, so it then needs nothing. Throws
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
  const { needs: _, ...rest } = method
  return { ...rest, terms, hyperparameters }
}

import type { Method } from './contract.js'

/**
 * A method's logits in TeX, the sum of its weighted terms: `s\,TW^\top + \alpha\,\exp(-\beta(1 - UG^\top))\,L`. The symbols
 * are those of docs/how-it-works.md. A term without a formula appears by its name.
 */
export function formulaOf(method: Method): string {
  if (!method.terms) return method.formula ?? String.raw`\mathrm{score}(x)`
  return method.terms
    .map(({ name, formula, weight }) => {
      const factor = formula ?? String.raw`\mathrm{${escaped(name)}}(x)`
      return weight === null ? factor : String.raw`${symbolOf(weight)}\,${factor}`
    })
    .join(' + ')
}

/** A hyperparameter's symbol in TeX: a Greek letter if it is named after one. */
export const symbolOf = (name: string): string =>
  greek.has(name) ? `\\${name}` : String.raw`\mathrm{${escaped(name)}}`

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega'.split(
    ' ',
  ),
)

/** Escapes a name for `\mathrm`. */
const escaped = (name: string): string =>
  name
    .replace(/[\\{}$&#^_%~]/g, (character) =>
      character === '\\' || character === '^' || character === '~' ? '' : `\\${character}`,
    )
    .replaceAll('-', String.raw`\text{-}`)
    .replaceAll(' ', String.raw`\ `)

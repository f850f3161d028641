import type { Method } from './contract.js'

/**
 * A method's logits in TeX, the sum of its weighted terms: `s\,TW^\top + \alpha\,\exp(-\beta(1 - UG^\top))\,L`. The symbols
 * are those of docs/how-it-works.md; a term that tells no formula stands under its name.
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

/** A hyperparameter's symbol in TeX: the Greek letter where it has the name of one. */
export const symbolOf = (name: string): string =>
  greek.has(name) ? `\\${name}` : String.raw`\mathrm{${escaped(name)}}`

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega'.split(
    ' ',
  ),
)

/** A name in upright letters, as TeX takes it. */
const escaped = (name: string): string =>
  name
    .replace(/[\\{}$&#^_%~]/g, (character) =>
      character === '\\' || character === '^' || character === '~' ? '' : `\\${character}`,
    )
    .replaceAll('-', String.raw`\text{-}`)
    .replaceAll(' ', String.raw`\ `)

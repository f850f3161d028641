import { z } from 'zod'
import type { Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { Origin } from '../spaces/origin.js'
import { fingerprintOf } from '../system/fingerprint.js'

export const identitySchema = z.object({
  id: z.string(),
  /** The plugin that it comes from: `shotboard` for what is built in. */
  plugin: z.string(),
  package: z.string().nullable(),
  version: z.string().nullable(),
  /** The hash of the plugin's module and of every file that the module names; null if it was not loaded from a file. */
  code: z.string().nullable(),
  /** The hash of what it declares: terms, hyperparameters and grids. Names, summaries, formulas and looks do not count. */
  declared: z.string(),
})

/** Which version of a method or a space computed something. Different identities may give different results. */
export type Identity = z.infer<typeof identitySchema>

export function identityOf(item: Method | FeatureSpace, origin: Origin): Identity {
  const declared = 'base' in item ? declaredBySpace(item) : declaredByMethod(item)
  // Where no file tells the code, the text of the functions does.
  const functions = origin.code === null ? functionsOf(item).map(String) : []
  return {
    id: item.id,
    plugin: origin.plugin,
    package: origin.package,
    version: origin.version,
    code: origin.code,
    declared: fingerprintOf([declared, functions]),
  }
}

const declaredByMethod = (method: Method) => [
  method.id,
  method.space,
  method.spaces,
  parametersOf(method),
  method.terms
    ? method.terms.map((term) => [term.name, term.weight, term.shapes, term.usesTexts, term.usesKeys])
    : method.usesTexts,
  ...(method.needs?.length ? [['needs', ...method.needs]] : []),
  ...(method.transductive ? ['transductive'] : []),
]

const declaredBySpace = (space: FeatureSpace) => [
  space.id,
  space.base,
  space.trained,
  ...(space.usesTexts ? ['uses texts'] : []),
  ...(space.usesGeneric ? ['uses generic'] : []),
  parametersOf(space),
]

const parametersOf = ({ hyperparameters = {} }: Pick<FeatureSpace | Method, 'hyperparameters'>) =>
  Object.entries(hyperparameters).map(([name, { kind, default: value, grid, whole }]) => [
    name,
    kind,
    value,
    grid,
    whole,
  ])

const functionsOf = (item: Method | FeatureSpace): unknown[] =>
  'base' in item
    ? [item.fit]
    : [item.score, ...(item.terms ?? []).flatMap(({ logits, ranges }) => [logits, ranges])]

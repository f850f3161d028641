import type { Encoder } from '../encoders/encoder.js'
import { patchSpace } from '../encoders/encoder-space.js'
import { errors, ShotboardError } from '../errors.js'
import { checkValues } from '../evaluation/search/grid.js'
import { type Method, parametersIn, requireSpaceOf, type Values } from '../methods/contract.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { firstRepeated } from '../system/first-repeated.js'

/** A requested method. Hyperparameters that are not given are selected. */
export interface MethodChoice {
  /** Id, name or alias. */
  readonly method: string
  /** Default: the method's own space. */
  readonly space?: string | null
  readonly hyperparameters?: readonly { readonly name: string; readonly value: number }[] | null
}

export interface ChosenMethod {
  readonly method: Method
  /** Null if the method compares no images. */
  readonly space: FeatureSpace | null
  readonly fixed: Values
}

/**
 * Looks up and checks the requested methods. Throws EMPTY_LIST, UNKNOWN_METHOD, UNKNOWN_SPACE, SPACE_NOT_APPLICABLE,
 * SPACE_NOT_AVAILABLE, PATCHES_REQUIRED, UNKNOWN_HYPERPARAMETER, HYPERPARAMETER_OUT_OF_RANGE or DUPLICATE_ENTRY with the argument at fault.
 */
export async function chooseMethods(
  choices: readonly MethodChoice[],
  registry: Registry,
  encoder: Encoder,
): Promise<ChosenMethod[]> {
  if (choices.length === 0) throw errors.emptyList({ what: 'method' }, 'methods')
  const chosen: ChosenMethod[] = []
  for (const [i, choice] of choices.entries()) {
    try {
      const each = chooseMethod(choice, registry, encoder)
      await requirePatchesOf(encoder, each.method)
      chosen.push(each)
    } catch (error) {
      throw error instanceof ShotboardError ? error.at(`methods[${i}]`) : error
    }
  }
  const names = chosen.map(({ method, space }) => (space ? `${method.id} in ${space.id}` : method.id))
  const i = firstRepeated(names)
  const repeated = names[i]
  if (repeated !== undefined) throw errors.duplicateEntry({ what: 'method', name: repeated }, `methods[${i}]`)
  return chosen
}

/** Throws PATCHES_REQUIRED if the method needs the features of patches, and the encoder's graph gives none. */
async function requirePatchesOf(encoder: Encoder, { id, needs }: Method): Promise<void> {
  if (!needs?.includes('patches') || (await encoder.patches()) !== null) return
  throw errors.patchesNotEncoded({ method: id, encoder: encoder.id }, 'method')
}

/** What of an encoder a method in a space reads: the base of the space, and patches if it needs them. */
export const readFrom = (
  { needs }: Pick<Method, 'needs'>,
  space: Pick<FeatureSpace, 'base'> | null,
): readonly string[] => [space?.base ?? 'clip', ...(needs?.includes('patches') ? [patchSpace] : [])]

function chooseMethod(choice: MethodChoice, registry: Registry, encoder: Encoder): ChosenMethod {
  const method = registry.method(choice.method, 'method')
  if (choice.space != null && method.space === null) {
    throw errors.spaceNotApplicable({ method: method.id }, 'space')
  }
  const spaceId = choice.space ?? method.space
  const space = spaceId === null ? null : registry.space(spaceId, 'space')
  if (space) requireSpaceOf(method, space.id)
  if (space && !encoder.spaces.includes(space.base)) {
    throw errors.spaceNotAvailable({ space: space.id, encoder: encoder.id }, 'space')
  }
  const fixed: Record<string, number> = {}
  for (const [i, { name, value }] of (choice.hyperparameters ?? []).entries()) {
    const argument = `hyperparameters[${i}]`
    if (Object.hasOwn(fixed, name)) throw errors.duplicateEntry({ what: 'hyperparameter', name }, argument)
    try {
      checkValues(space ? parametersIn(method, space) : method, { [name]: value })
    } catch (error) {
      throw error instanceof ShotboardError ? new ShotboardError(error.code, error.message, argument) : error
    }
    fixed[name] = value
  }
  return { method, space, fixed }
}

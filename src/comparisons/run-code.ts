import { fileURLToPath } from 'node:url'
import type { EncoderGeneric } from '../generic/generics.js'
import type { Method } from '../methods/contract.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { hashModule } from '../system/module-hash.js'
import { version } from '../version.js'
import type { RunCode } from './provenance.js'

/** Gives the code of a run by its method, its space and the generic covariance that the space uses. */
export type CodeOf = (
  method: Method,
  space: FeatureSpace | null,
  generic?: Pick<EncoderGeneric, 'fingerprint'> | null,
) => RunCode

/** Hashes what selects and measures, once for all runs. */
export function createCodeOf(registry: Registry): CodeOf {
  const evaluation = hashModule(evaluationModule)
  return (method, space, generic) => ({
    evaluation,
    method: registry.identityOf(method),
    space: space && registry.identityOf(space),
    ...(space?.usesGeneric && generic && { generic: generic.fingerprint }),
  })
}

/**
 * The fingerprint of a run: what it computes, and then with which code. Runs with the same fingerprint have the same
 * result.
 */
export const runFingerprint = (computes: unknown, code: RunCode): string =>
  `${fingerprintOf(computes)}.${fingerprintOf([version, code])}`

/** Whether the run was requested with this code. */
export const isOfCode = ({ fingerprint }: { readonly fingerprint: string }, code: RunCode): boolean =>
  fingerprint.endsWith(`.${fingerprintOf([version, code])}`)

/** Built, or as a source. */
const evaluationModule = fileURLToPath(import.meta.url).replace(
  /comparisons[\\/]run-code(?=\.[jt]s$)/,
  'evaluation/evaluate',
)

import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { EncoderGeneric, Generics } from '../generic/generics.js'
import type { Method } from '../methods/contract.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { RunRow } from '../store/runs.js'
import type { RunCode } from './provenance.js'
import { type CodeOf, isOfCode } from './run-code.js'

export interface RunCodeContext {
  readonly registry: Registry
  readonly encoders: Encoders
  readonly generics: Generics
  readonly codeOf: CodeOf
}

/** A run with the code that computes it. */
export interface RunWithCode {
  readonly run: RunRow
  readonly method: Method
  /** `clip` if the method compares no images. */
  readonly space: FeatureSpace
  /** The generic covariance that the space uses; null if it uses none. */
  readonly generic: EncoderGeneric | null
  readonly code: RunCode
}

/**
 * Finds the method and the space of a run. Throws CODE_CHANGED if the run was asked for with other code than this process
 * has, and what the registry throws for a method or a space that is gone.
 */
export async function requireRunCode(
  { registry, encoders, generics, codeOf }: RunCodeContext,
  run: RunRow,
): Promise<RunWithCode> {
  const method = registry.method(run.method)
  const space = registry.space(run.space ?? 'clip')
  const generic =
    run.space !== null && space.usesGeneric
      ? await generics.of(encoders.get(run.encoder), run.datasetId)
      : null
  const code = codeOf(method, run.space === null ? null : space, generic)
  if (!isOfCode(run, code)) throw errors.codeChanged({ method: run.method, space: run.space })
  return { run, method, space, generic, code }
}

import { errors } from '../errors.js'
import type { Registry } from '../plugins/registry.js'
import type { RunRow } from '../store/runs.js'

/** A method in a space, by their ids. */
export interface MethodInSpace {
  readonly method: string
  readonly space: string | null
}

/**
 * Finds a method among the runs of a comparison. Its space is `space` if given, or else the method's own space if there are
 * runs in it, or else the space of the method's first run. Throws UNKNOWN_METHOD, UNKNOWN_SPACE or UNKNOWN_BASELINE;
 * `names` are the arguments that the errors name.
 */
export function findMethodInSpace(
  runs: readonly Pick<RunRow, 'method' | 'space'>[],
  registry: Registry,
  id: string,
  space: string | null | undefined,
  names: readonly [method: string, space: string],
): MethodInSpace {
  // Results outlive the plugin that made them: what a run names needs no registry.
  const method = runs.some((run) => run.method === id) ? id : registry.method(id, names[0]).id
  const isRun = runs.some((run) => run.space === space)
  const wanted = space == null ? undefined : isRun ? space : registry.space(space, names[1]).id
  const spaces = runs.filter((run) => run.method === method).map((run) => run.space)
  if (wanted === undefined ? spaces.length === 0 : !spaces.includes(wanted)) {
    const known = [...new Set(runs.map((run) => run.method))]
    throw errors.unknownBaseline(
      { id: wanted === undefined ? method : `${method} in ${wanted}`, known },
      names[0],
    )
  }
  const declared = registry.methods.find((each) => each.id === method)?.space
  const own = declared !== undefined && spaces.includes(declared) ? declared : spaces[0]
  return { method, space: wanted ?? own ?? null }
}

import type { Drawing, KlScaling, Search, Selection } from '../store/enums.js'
import type { RunRow } from '../store/runs.js'

/** How a comparison was asked to select and measure; the same for all its runs. */
export interface ComparisonProtocol {
  readonly selection: Selection
  readonly search: Search
  readonly klScaling: KlScaling
  /** How many images of each class a support set takes. */
  readonly drawing: Drawing
  readonly augmentations: number
  /** The coverage that prediction sets promise; null for comparisons of earlier versions, which have no sets. */
  readonly coverage: number | null
  readonly unknownDatasetId: string | null
  /** The positions of the classes that are held out. */
  readonly holdOut: readonly number[]
  /** One run for each pair of method and space, in the order of the request. */
  readonly methods: readonly RunRow[]
}

/** The protocol of a comparison's runs. Throws a RangeError without runs; a comparison always has some. */
export function protocolOf(runs: readonly RunRow[]): ComparisonProtocol {
  const [first] = runs
  if (!first) throw new RangeError('a comparison has runs')
  const { selection, search, klScaling, drawing, augmentations, coverage, unknownDatasetId, holdOut } = first
  const methods = new Map(runs.map((run) => [JSON.stringify([run.method, run.space]), run]))
  const sets = { coverage, unknownDatasetId, holdOut }
  return { selection, search, klScaling, drawing, augmentations, ...sets, methods: [...methods.values()] }
}

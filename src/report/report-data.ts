import { errors, ShotboardError } from '../errors.js'
import {
  allSpaces,
  type ClassDelta,
  type ClassRow,
  type ComparisonRow,
  createNameOf,
  type Library,
  type NameOf,
  type OverlapCorrelation,
  type OverlapReport,
  type RunRow,
  type SplitCountRow,
  type SummaryRow,
  type WordedRecommendation,
} from '../library/index.js'
import { version } from '../version.js'
import { collectDisagreements, type ShownDisagreement } from './disagreement-images.js'
import { createStyleOf, type Series, type StyleOf } from './style-of.js'

/** Everything that a report tells. */
export interface ReportData {
  readonly version: string
  readonly comparison: ComparisonRow
  readonly dataset: string
  readonly testDataset: string | null
  readonly encoder: string
  /** Encoders of the comparison whose results the report leaves out. */
  readonly otherEncoders: readonly string[]
  readonly classes: readonly ClassRow[]
  readonly counts: readonly SplitCountRow[]
  readonly runs: readonly RunRow[]
  readonly rows: readonly SummaryRow[]
  readonly nameOf: NameOf
  readonly styleOf: StyleOf
  /** For each number of shots, ascending. */
  readonly recommendations: readonly WordedRecommendation[]
  /** At the most shots. */
  readonly recommendation: WordedRecommendation
  /** The recommended method against others, class by class. */
  readonly contrasts: readonly (Series & { readonly deltas: readonly ClassDelta[] })[]
  /** Test images that it and one of those take for different classes; null where they agree on all. */
  readonly disagreements: { readonly other: Series; readonly images: readonly ShownDisagreement[] } | null
  /** Or why it could not be measured. */
  readonly overlap: OverlapReport | string
  readonly correlation: OverlapCorrelation | string
}

/** Columns of the per-class table beside the recommended method's. */
const maxContrasts = 3

/**
 * Gathers what a report tells of a comparison. Throws UNKNOWN_COMPARISON, or INVALID_VALUE where none of its runs has
 * finished.
 */
export async function collectReport(library: Library, id: string): Promise<ReportData> {
  const { datasets, comparisons, registry } = library
  const comparison = await comparisons.get(id)
  if (!comparison) throw errors.unknownComparison({ id }, 'id')
  const all = await comparisons.runs(id)
  // A method in a space is one line of the report: it tells of one encoder, and names the others.
  const runs = all.filter(({ encoder }) => encoder === comparison.encoder)
  const others = [...new Set(all.map(({ encoder }) => encoder))].filter((each) => each !== comparison.encoder)
  const rows = comparisons.rows(runs)
  const shots = [...new Set(rows.map((row) => row.shots))].sort((a, b) => a - b)
  const recommendations: WordedRecommendation[] = []
  for (const each of shots) {
    const recommendation = await library.recommend(rows, each)
    if (recommendation) recommendations.push(recommendation)
  }
  const recommendation = recommendations.at(-1)
  if (!recommendation) {
    throw errors.invalidValue({ reason: 'None of the runs of the comparison has finished.' }, 'id')
  }
  const rivals = contrastsOf(recommendation, library)
  const contrasts: ReportData['contrasts'][number][] = []
  let disagreements: ReportData['disagreements'] = null
  for (const rival of rivals) {
    const input = { ...pairOf(recommendation, rival), shots: recommendation.shots }
    contrasts.push({ ...rival, deltas: await library.contrasts.classDeltas(comparison, runs, input) })
    if (disagreements) continue
    const images = await collectDisagreements(library, comparison, runs, input)
    if (images.length > 0) disagreements = { other: rival, images }
  }
  const named = await datasets.getMany(
    [comparison.datasetId, comparison.testDatasetId].filter((each) => each !== null),
  )
  const nameOfDataset = (datasetId: string | null) => named.find((row) => row.id === datasetId)?.name
  return {
    version,
    comparison,
    dataset: nameOfDataset(comparison.datasetId) ?? comparison.datasetId,
    testDataset: nameOfDataset(comparison.testDatasetId) ?? null,
    encoder: library.encoders.all.find((each) => each.id === comparison.encoder)?.name ?? comparison.encoder,
    otherEncoders: others,
    classes: await datasets.classes(comparison.datasetId),
    counts: await datasets.counts(comparison.datasetId),
    runs,
    rows,
    nameOf: createNameOf(registry),
    styleOf: createStyleOf(library),
    recommendations,
    recommendation,
    contrasts,
    disagreements,
    overlap: await orWhyNot(measureOverlap(library, runs, recommendation.shots)),
    correlation: await orWhyNot(library.overlapCorrelation([id])),
  }
}

const pairOf = ({ method, space }: Series, rival: Series) => ({
  method,
  space,
  baseline: rival.method,
  baselineSpace: rival.space,
})

/** The next best method, the same one in `clip`, and zero-shot: whichever there are. */
function contrastsOf({ method: id, rivals }: WordedRecommendation, { registry }: Library): Series[] {
  const clipForm = registry.methods.find((each) => each.id === id)?.variantOf ?? id
  const wanted = [
    rivals[0],
    rivals.find(({ method, space }) => method === clipForm && space === 'clip'),
    rivals.find(({ method }) => method === 'zero-shot'),
  ]
  const found = wanted.flatMap((rival) => (rival ? [rival] : []))
  return [...new Set(found)].slice(0, maxContrasts).map(({ method, space }) => ({ method, space }))
}

/** The overlap in the spaces of the comparison, fitted on the first support set of those shots. */
async function measureOverlap(
  library: Library,
  runs: readonly RunRow[],
  shots: number,
): Promise<OverlapReport> {
  const supportSet = runs.find((run) => run.shots === shots && run.result)?.result?.supportSetId ?? ''
  const used = new Set(['clip', ...runs.flatMap(({ space }) => (space === null ? [] : [space]))])
  const known = allSpaces(library.encoders.all, library.registry)
  const spaces = known.map(({ id }) => id).filter((id) => used.has(id))
  return library.overlap({ supportSet, split: 'TEST', spaces, bins: 200 })
}

/** What went wrong on purpose is told in the report instead; anything else is a fault. */
async function orWhyNot<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ShotboardError) return error.message
    throw error
  }
}

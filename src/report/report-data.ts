import { errors, ShotboardError } from '../errors.js'
import {
  allSpaces,
  type ClassDelta,
  type ClassRow,
  type ComparedRow,
  type ComparisonRow,
  createNameOf,
  type Library,
  type NameOf,
  type OverlapCorrelation,
  type OverlapReport,
  protocolOf,
  type ReliabilityBin,
  type RunRow,
  readReliability,
  type SplitCountRow,
  type WordedRecommendation,
} from '../library/index.js'
import { version } from '../version.js'
import { collectDisagreements, type ShownDisagreement } from './disagreement-images.js'
import { createStyleOf, type Series, type StyleOf } from './style-of.js'

/** All data of a report. */
export interface ReportData {
  readonly version: string
  readonly comparison: ComparisonRow
  readonly dataset: string
  readonly testDataset: string | null
  /** The name of the dataset with images of no class; null if there is none. */
  readonly unknownDataset: string | null
  readonly encoder: string
  /** Encoders of the comparison that the report leaves out. */
  readonly otherEncoders: readonly string[]
  readonly classes: readonly ClassRow[]
  readonly counts: readonly SplitCountRow[]
  readonly runs: readonly RunRow[]
  readonly rows: readonly ComparedRow[]
  readonly nameOf: NameOf
  readonly styleOf: StyleOf
  /** One per number of shots, ascending. */
  readonly recommendations: readonly WordedRecommendation[]
  /** At the largest number of shots. */
  readonly recommendation: WordedRecommendation
  /** The recommended method compared with others, per class. */
  readonly contrasts: readonly (Series & { readonly deltas: readonly ClassDelta[] })[]
  /** Test images for which it and one of the others predict different classes; null if they agree on all. */
  readonly disagreements: { readonly other: Series; readonly images: readonly ShownDisagreement[] } | null
  /** How often the leading methods are right by their confidence, at the largest number of shots, best first. */
  readonly calibration: readonly { readonly row: ComparedRow; readonly bins: readonly ReliabilityBin[] }[]
  /** A string says why it could not be measured. */
  readonly overlap: OverlapReport | string
  readonly correlation: OverlapCorrelation | string
}

/** Columns of the per-class table, besides the recommended method's. */
const maxContrasts = 3

/** The methods whose confidence is drawn. */
const maxCalibrated = 6
const reliabilityBins = 10

/** Gathers the data of a report. Throws UNKNOWN_COMPARISON, or INVALID_VALUE if no run has finished. */
export async function collectReport(library: Library, id: string): Promise<ReportData> {
  const { datasets, comparisons, registry } = library
  const comparison = await comparisons.get(id)
  if (!comparison) throw errors.unknownComparison({ id }, 'id')
  const all = await comparisons.runs(id)
  // A line of the report is a method in a space, so the report covers one encoder and names the others.
  const runs = all.filter(({ encoder }) => encoder === comparison.encoder)
  const others = [...new Set(all.map(({ encoder }) => encoder))].filter((each) => each !== comparison.encoder)
  const rows = await comparisons.rows(runs)
  const shots = [...new Set(rows.map((row) => row.shots))].sort((a, b) => a - b)
  const recommendations: WordedRecommendation[] = []
  for (const each of shots) {
    const recommendation = await library.recommend(rows, each)
    if (recommendation) recommendations.push(recommendation)
  }
  const recommendation = recommendations.at(-1)
  if (!recommendation) {
    throw errors.invalidValue({ reason: 'No run of the comparison has finished.' }, 'id')
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
  const { unknownDatasetId } = protocolOf(all)
  const named = await datasets.getMany(
    [comparison.datasetId, comparison.testDatasetId, unknownDatasetId].filter((each) => each !== null),
  )
  const nameOfDataset = (datasetId: string | null) => named.find((row) => row.id === datasetId)?.name
  return {
    version,
    comparison,
    dataset: nameOfDataset(comparison.datasetId) ?? comparison.datasetId,
    testDataset: nameOfDataset(comparison.testDatasetId) ?? null,
    unknownDataset: nameOfDataset(unknownDatasetId) ?? null,
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
    calibration: await calibrationOf(library, rows, recommendation.shots),
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

/** The next best method, the same method in `clip`, and zero-shot, as far as the comparison has them. */
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

/** The most accurate methods at this number of shots, and how often they are right by their confidence. */
function calibrationOf(
  { runs }: Library,
  rows: readonly ComparedRow[],
  shots: number,
): Promise<ReportData['calibration']> {
  const leading = rows
    .filter((row) => row.shots === shots && row.error === undefined)
    .sort((a, b) => b.accuracy.mean - a.accuracy.mean)
    .slice(0, maxCalibrated)
  return Promise.all(
    leading.map(async (row) => ({
      row,
      bins: await readReliability(row.runs, runs.predictions, reliabilityBins),
    })),
  )
}

/** The overlap in the spaces of the comparison, fitted on the first support set at this number of shots. */
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

/** Turns a ShotboardError into text for the report. Other errors are faults and pass. */
async function orWhyNot<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ShotboardError) return error.message
    throw error
  }
}

import { stringify } from 'csv-stringify/sync'
import { measureNames, measures } from '../measures.js'
import type { ComparisonDocument, DocumentRun } from './comparison-document.js'
import type { Experiment } from './experiment.js'

type Cell = string | number | null

/**
 * A comparison as CSV (RFC 4180, with a header): one line for each run, with everything that decides its result. A text that
 * a spreadsheet would read as a formula gets an apostrophe in front. Columns in percent say so in their names.
 */
export function formatComparisonCsv(document: ComparisonDocument): string {
  return stringify(
    document.runs.map((run) => lineOf(document, run)),
    { header: true, record_delimiter: 'windows', escape_formulas: true },
  )
}

function lineOf(document: ComparisonDocument, run: DocumentRun): Record<string, Cell> {
  const { comparison, experiment, dataset, testDataset, encoders } = document
  const { result, versions } = run
  return {
    comparison: comparison.id,
    run: run.id,
    status: run.status,
    error: run.error,
    dataset: dataset.name,
    dataset_sha256: dataset.fingerprint,
    test_dataset: testDataset?.name ?? null,
    test_dataset_sha256: testDataset?.fingerprint ?? null,
    encoder: run.encoder,
    encoder_sha256: listOf(encoders.find(({ id }) => id === run.encoder)?.files ?? {}),
    adapter_sha256: run.adapter,
    method: run.method,
    space: run.space,
    shots: run.shots,
    drawing: experiment.drawing ?? null,
    seed: run.seed,
    selection: experiment.selection,
    search: experiment.search,
    kl_scaling: experiment.klScaling,
    augmentations: experiment.augmentations,
    given: listOf(run.given),
    grid: gridOf(document, run),
    hyperparameters: listOf(result?.hyperparameters ?? {}),
    ...Object.fromEntries(measureNames.map((name) => [measures[name].csv, result?.[name] ?? null])),
    accuracy_low_percent: result?.accuracyInterval?.low ?? null,
    accuracy_high_percent: result?.accuracyInterval?.high ?? null,
    unshifted_accuracy_percent: result?.unshiftedAccuracy ?? null,
    test_images: result?.testImages ?? null,
    selection_images: result?.selectionImages ?? null,
    selection_accuracy_percent: result?.selectionAccuracy ?? null,
    labelled_images: result?.labelledImages ?? null,
    least_per_class: result?.perClass.least ?? null,
    mean_per_class: result?.perClass.mean ?? null,
    most_per_class: result?.perClass.most ?? null,
    least_prompts: result?.prompts?.least ?? null,
    mean_prompts: result?.prompts?.mean ?? null,
    most_prompts: result?.prompts?.most ?? null,
    temperature: result?.temperature ?? null,
    coverage: experiment.coverage ?? null,
    hold_out: (experiment.holdOut ?? []).join(';'),
    unknown_dataset: nameOf(experiment.unknownDataset),
    set_coverage_percent: result?.sets?.coverage ?? null,
    set_size: result?.sets?.size ?? null,
    empty_sets_percent: result?.sets?.empty ?? null,
    unknown_images: result?.sets?.unknown?.images ?? null,
    turned_away_percent: result?.sets?.unknown?.turnedAway ?? null,
    auroc: result?.sets?.unknown?.areaUnderRoc ?? null,
    support_set: result?.supportSet ?? null,
    encode_ms: result?.timings.encodeMs ?? null,
    search_ms: result?.timings.searchMs ?? null,
    score_ms: result?.timings.scoreMs ?? null,
    shotboard: versions?.shotboard ?? null,
    onnxruntime: versions?.onnxruntime ?? null,
    node: versions?.node ?? null,
    created_at: run.createdAt,
    finished_at: run.finishedAt,
  }
}

const nameOf = (reference: Experiment['unknownDataset']): string | null =>
  (typeof reference === 'string' ? reference : reference?.name) ?? null

const listOf = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(';')

/** The searched grid of a run: `name=min:max:steps` for each hyperparameter that was not given. */
function gridOf({ methods }: ComparisonDocument, { method, space, given }: DocumentRun): string {
  const searched =
    methods.find((each) => each.method === method && each.space === space)?.hyperparameters ?? []
  return searched
    .filter(({ name }) => !Object.hasOwn(given, name))
    .map(({ name, min, max, steps }) => `${name}=${min}:${max}:${steps}`)
    .join(';')
}

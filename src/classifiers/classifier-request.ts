import type { MethodChoice } from '../comparisons/method-choice.js'
import type { ComparedRow } from '../comparisons/row-statistics.js'
import { errors, ShotboardError } from '../errors.js'
import { requireCoverage } from '../evaluation/prediction-set.js'
import type { Search, Selection } from '../evaluation/protocol.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { encodersOf, type RunRow } from '../store/runs.js'
import { listedOf, type Question, type QuestionContext, readQuestions } from './question.js'

/** What a classifier is made from: a row of a comparison, or a support set and a method. */
export interface ClassifierSource {
  readonly comparison?: string | null
  /** Of the comparison; required if it compares several. */
  readonly encoder?: string | null
  /** Required with a support set. Of a comparison, the recommended row's by default. */
  readonly method?: string | null
  readonly space?: string | null
  /** Of the comparison: the support set of the row with so many shots. By default ALL: refitted on all labelled images, or
   *  on those that it lists. */
  readonly shots?: number | 'ALL' | null
  /** Of the comparison, with a number of shots; its first by default. */
  readonly seed?: number | null
  readonly supportSet?: string | null
  /** With a support set. Those that are not given are selected. */
  readonly hyperparameters?: MethodChoice['hyperparameters']
  /** With a support set: LEAVE_ONE_OUT by default. A comparison has its own. */
  readonly selection?: Selection | null
  /** With a support set: EXACT by default. A comparison has its own. */
  readonly search?: Search | null
  /** Whether hyperparameters may be searched for longer than the limit; false by default. */
  readonly allowLongSearch?: boolean
  /** Of its prediction sets: 0.9 by default. */
  readonly coverage?: number | null
}

/** The one method that a classifier answers with, and the comparison's row that it comes from. */
export interface ClassifierRequest {
  readonly question: Question
  readonly coverage: number
  readonly comparison: ComparisonRow | null
  /** The finished runs of the row. */
  readonly runs: readonly RunRow[]
}

export interface ClassifierRequestContext extends QuestionContext {
  readonly rowsOf: (runs: readonly RunRow[]) => Promise<ComparedRow[]>
  readonly recommend: (
    rows: readonly ComparedRow[],
  ) => Promise<{ method: string; space: string | null; encoder?: string } | null>
}

export const defaultCoverage = 0.9

/**
 * Looks up what a classifier is made from. Throws INVALID_VALUE, UNKNOWN_COMPARISON, COMPARISON_NOT_FINISHED, and the errors of
 * `readQuestions`, with the argument at fault.
 */
export async function readClassifierRequest(
  context: ClassifierRequestContext,
  input: ClassifierSource,
): Promise<ClassifierRequest> {
  const coverage = input.coverage ?? defaultCoverage
  requireCoverage(coverage)
  if (input.comparison == null) return ofSupportSet(context, input, coverage)
  for (const name of ['supportSet', 'hyperparameters', 'selection', 'search'] as const) {
    if (input[name] == null) continue
    throw errors.invalidValue({ reason: `A comparison has its own ${names[name]}. Leave it out.` }, name)
  }
  return ofComparison(context, input.comparison, input, coverage)
}

const names = {
  supportSet: 'support set',
  hyperparameters: 'hyperparameters',
  selection: 'selection',
  search: 'search',
}

async function ofSupportSet(
  context: ClassifierRequestContext,
  input: ClassifierSource,
  coverage: number,
): Promise<ClassifierRequest> {
  const { supportSet, method, space, hyperparameters, selection, search, shots, seed, encoder } = input
  if (supportSet == null) {
    throw errors.invalidValue({ reason: 'Give either a comparison or a support set.' }, 'comparison')
  }
  for (const [name, value] of Object.entries({ shots, seed, encoder })) {
    if (value == null) continue
    throw errors.invalidValue({ reason: `Only a comparison takes ${name}. Leave it out.` }, name)
  }
  if (method == null) throw errors.invalidValue({ reason: 'Give the method.' }, 'method')
  const asked = readQuestions(context, {
    supportSet,
    methods: [{ method, ...(space != null && { space }), ...(hyperparameters && { hyperparameters }) }],
    ...(selection != null && { selection }),
    ...(search != null && { search }),
    allowLongSearch: input.allowLongSearch ?? false,
  })
  const [question] = await asked.catch((error: unknown) => {
    throw ofOneMethod(error)
  })
  return { question: question as Question, coverage, comparison: null, runs: [] }
}

/** An error of `methods[0].space` as that of `space`: a classifier has one method, and its input no list. */
function ofOneMethod(error: unknown): unknown {
  if (!(error instanceof ShotboardError)) return error
  const found = /^methods\[0\](?:\.(.+))?$/.exec(error.argument ?? '')
  return found ? new ShotboardError(error.code, error.message, found[1] ?? 'method') : error
}

async function ofComparison(
  context: ClassifierRequestContext,
  id: string,
  input: ClassifierSource,
  coverage: number,
): Promise<ClassifierRequest> {
  const { store } = context
  const comparison = await store.comparisons.get(id)
  if (!comparison) throw errors.unknownComparison({ id }, 'comparison')
  const { status } = comparison
  if (status === 'QUEUED' || status === 'RUNNING')
    throw errors.comparisonRunning({ id, status }, 'comparison')
  const all = await store.comparisons.runs(id)
  const finished = all.filter((run) => run.status === 'SUCCEEDED')
  if (finished.length === 0) {
    throw errors.invalidValue({ reason: 'No run of this comparison has finished.' }, 'comparison')
  }
  const row = await chooseRow(context, finished, input)
  const atShots = (shots: number) => row.filter((run) => run.shots === shots)
  const { shots } = input
  if (shots == null || shots === 'ALL') {
    if (input.seed != null) {
      const reason = 'With all labelled images there is no draw, and no seed. Leave it out, or give shots.'
      throw errors.invalidValue({ reason }, 'seed')
    }
    const measured = atShots(Math.max(...row.map((run) => run.shots)))
    return {
      question: await refitted(context, measured[0] as RunRow, id, input.allowLongSearch ?? false),
      coverage,
      comparison,
      runs: measured,
    }
  }
  const [first] = row
  const [question] = await readQuestions(context, {
    comparison: id,
    shots,
    ...(input.seed != null && { seed: input.seed }),
    methods: [{ method: first?.method ?? '', space: first?.space ?? null }],
    encoder: first?.encoder ?? null,
    allowLongSearch: input.allowLongSearch ?? false,
  })
  return { question: question as Question, coverage, comparison, runs: atShots(shots) }
}

/** The finished runs of one encoder, method and space, at all numbers of shots. */
async function chooseRow(
  context: ClassifierRequestContext,
  finished: readonly RunRow[],
  { encoder, method, space }: ClassifierSource,
): Promise<readonly RunRow[]> {
  const known = encodersOf(finished)
  if (encoder != null && !known.includes(encoder)) {
    throw errors.unknownEncoder({ id: encoder, known }, 'encoder')
  }
  const ofEncoder = encoder == null ? finished : finished.filter((run) => run.encoder === encoder)
  if (method == null) {
    if (space != null) throw errors.invalidValue({ reason: 'Give the method of the space, too.' }, 'method')
    const best = await context.recommend(await context.rowsOf(ofEncoder))
    if (best === null)
      throw errors.invalidValue({ reason: 'No row can be recommended. Give a method.' }, 'method')
    return ofEncoder.filter(
      (run) =>
        run.method === best.method &&
        run.space === best.space &&
        run.encoder === (best.encoder ?? run.encoder),
    )
  }
  const { registry } = context
  const id = ofEncoder.some((run) => run.method === method) ? method : registry.method(method, 'method').id
  const own = ofEncoder.filter((run) => run.method === id)
  const declared = registry.methods.find((each) => each.id === id)?.space
  const wanted = space ?? (own.some((run) => run.space === declared) ? declared : own[0]?.space)
  const row = own.filter((run) => run.space === wanted)
  if (row.length === 0) {
    const rows = [...new Set(ofEncoder.map((run) => inSpace(run.method, run.space)))]
    throw errors.unknownRow({ row: inSpace(id, wanted ?? null), known: rows }, 'method')
  }
  const encoders = encodersOf(row)
  if (encoders.length > 1) throw errors.severalRows({ what: 'encoders', known: encoders }, 'encoder')
  return row
}

const inSpace = (method: string, space: string | null): string =>
  space === null ? method : `${method} in ${space}`

/**
 * The method of a run, to be fitted anew on all labelled images of the support pool, with the run's protocol; on the listed
 * images alone if the comparison lists its support images.
 */
async function refitted(
  { store, encoders, registry, encodedData }: ClassifierRequestContext,
  {
    datasetId,
    encoder: encoderId,
    method: methodId,
    space: spaceId,
    seed,
    augmentations,
    selection,
    search,
    fixed,
    drawing,
  }: RunRow,
  comparison: string,
  allowLongSearch: boolean,
): Promise<Question> {
  const encoder = encoders.get(encoderId, 'comparison')
  const method = registry.method(methodId, 'method')
  const space = spaceId === null ? null : registry.space(spaceId, 'space')
  if (space && !encoder.spaces.includes(space.base)) {
    throw errors.spaceNotAvailable({ space: space.id, encoder: encoder.id }, 'space')
  }
  const draw = { datasetId, encoder: encoderId, shots: null, seed, augmentations }
  const listed = drawing === 'LISTED' ? await listedOf(store, comparison) : null
  return {
    supportSet: await encodedData.supportSet({
      ...draw,
      drawing: listed ? 'LISTED' : 'ALL',
      images: listed,
    }),
    encoder,
    classes: await encodedData.classes(datasetId),
    methods: [{ method, space, fixed }],
    selection,
    search,
    allowLongSearch,
    validation: selection === 'VALIDATION' ? await store.datasets.images(datasetId, 'VALIDATION') : [],
    holdOut: [],
    rangeImages: null,
  }
}

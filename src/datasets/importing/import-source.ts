import { errors, type ShotboardError } from '../../errors.js'
import { type LaidOutClass, type LaidOutImage, type LayoutRequest, layOut } from '../../sources/layout.js'
import type { Source } from '../../sources/source.js'
import type { SplitRule } from '../../sources/split-rule.js'
import type { ClassRow, DatasetRow, NewImage } from '../../store/datasets.js'
import type { ImportStepRow, RejectedFileRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { throwIfCancelled } from '../../system/abort.js'
import type { ImageIntake, IncomingImage, RejectedImage } from '../image-intake.js'

export interface ImportSourceContext {
  readonly store: Store
  readonly intake: Pick<ImageIntake, 'store'>
  readonly createDataset: (input: {
    readonly name: string
    readonly classes: readonly LaidOutClass[]
  }) => Promise<DatasetRow>
}

export interface ImportSourceRequest {
  /** The dataset's name. Null means the name in `dataset.json`, or else the name of the folder or archive. */
  readonly name: string | null
  /** How to split the images of a source without splits. */
  readonly splitRule: SplitRule
  /** Whether an existing dataset takes the prompts of `dataset.json`. Otherwise it keeps its own. */
  readonly updatePrompts: boolean
  /** Where labels come from, if that is not found by looking. */
  readonly layout?: Omit<LayoutRequest, 'splitRule'>
}

/** Records the progress of an import. */
export interface ImportLedger {
  /** The number of images that earlier attempts have processed. */
  readonly position: number
  /** How many of them the dataset took or already had. */
  readonly taken: number
  /** The first file that earlier attempts have rejected. */
  readonly firstRejected?: RejectedFileRow | undefined
  /**
   * Called before the first step with the number of files in the source, those that are no images included, and with what may
   * be a mistake.
   */
  begin(files: number, warnings: readonly ShotboardError[]): Promise<void>
  /**
   * Called before the first step that has an image for the dataset. `keptPrompts` has the classes whose prompts differ from
   * those in `dataset.json`; the dataset keeps its own.
   */
  setDataset(dataset: DatasetRow, keptPrompts: readonly string[]): Promise<void>
  /** Told at the end of each class of which no file could be read. */
  unreadable(error: ShotboardError): void
  /** Records the images of a step, whose files are stored. Returns false if the import should stop. */
  step(step: ImportStepRow): Promise<boolean>
}

/** Images that are added in one transaction. If the process is killed, at most this many are imported again. */
const imagesPerStep = 256
/** Files that are named as not imported in one transaction. */
const filesPerStep = 10_000

/**
 * Imports a source: finds the dataset by name or creates it, and adds the images in steps. A dataset is created with its first
 * images, so that a source without a single good image leaves none. Throws the errors of the source; NOTHING_IMPORTED if no
 * image is good; INVALID_VALUE if the dataset exists with other classes; IN_USE if a comparison uses prompts that would
 * change; CANCELLED.
 */
export async function importSource(
  context: ImportSourceContext,
  source: Source,
  request: ImportSourceRequest,
  ledger: ImportLedger,
  signal?: AbortSignal,
): Promise<void> {
  const layout = await layOut(source, { splitRule: request.splitRule, ...request.layout }, signal)
  const name = (request.name ?? layout.name).trim().normalize('NFC')
  const existing = await findDataset(context, name, request, layout)
  const files = layout.images.length + layout.left.length
  await ledger.begin(files, layout.warnings)
  if (existing) {
    await ledger.setDataset(existing.dataset, existing.keptPrompts)
    // From here on the classes cannot change; until here they could.
    await requireSameClasses(context, existing.dataset, layout)
  }

  let isKnown = existing !== undefined
  let { taken, firstRejected } = ledger
  const rest = layout.images.slice(ledger.position)
  const classes = countClasses(layout.images)
  const incoming = incomingImages(source, rest, layout.classes, signal)
  for (let from = 0; from < rest.length; from += imagesPerStep) {
    const images = rest.slice(from, from + imagesPerStep)
    const record = async (good: readonly NewImage[], rejected: readonly RejectedImage[]) => {
      const reasons = new Map(rejected.map(({ position, reason }) => [position, reason]))
      const paths = images.flatMap(({ file }, i) => (reasons.has(i) ? [] : [file.path]))
      const files = rejected.map(({ position, code, reason }) => ({
        file: images[position]?.file.path ?? '',
        code,
        reason,
      }))
      taken += good.length
      firstRejected ??= files[0]
      for (const [i, { className }] of images.entries()) {
        classes.count(className, reasons.get(i))
      }
      if (good.length > 0 && !isKnown) {
        await ledger.setDataset(await context.createDataset({ name, classes: layout.classes }), [])
        isKnown = true
      }
      return ledger.step({
        images: good.map((image, i) => ({ ...image, file: paths[i] ?? '' })),
        rejected: files,
      })
    }
    if (!(await context.intake.store(take(incoming, images.length), record, signal))) return
  }
  // Files that are no images come last.
  const left = layout.left.slice(Math.max(0, ledger.position - layout.images.length))
  for (let from = 0; from < left.length; from += filesPerStep) {
    throwIfCancelled(signal)
    const rejected = left.slice(from, from + filesPerStep).map(({ file, error }) => ({
      file: file.path,
      code: error.code,
      reason: error.message,
    }))
    firstRejected ??= rejected[0]
    if (!(await ledger.step({ images: [], rejected }))) return
  }
  if (ledger.position === 0) for (const error of classes.unreadable()) ledger.unreadable(error)
  if (taken === 0) {
    const first = `${firstRejected?.file}: ${firstRejected?.reason}`
    throw errors.nothingImported({ files, first })
  }
}

/** Counts what became of the images of each class. */
function countClasses(images: readonly LaidOutImage[]) {
  const classes = new Map<string, { files: number; unread: number; first?: string }>()
  for (const { className } of images) {
    const known = classes.get(className)
    if (known) known.files++
    else classes.set(className, { files: 1, unread: 0 })
  }
  return {
    /** `reason`: why the image could not be read, if it could not. */
    count(className: string, reason: string | undefined): void {
      const known = classes.get(className)
      if (known === undefined || reason === undefined) return
      known.unread++
      known.first ??= reason
    },
    unreadable: (): ShotboardError[] =>
      [...classes].flatMap(([className, { files, unread, first = '' }]) =>
        unread === files ? [errors.classUnreadable({ className, files, first })] : [],
      ),
  }
}

async function* incomingImages(
  source: Source,
  images: readonly LaidOutImage[],
  classes: readonly LaidOutClass[],
  signal?: AbortSignal,
): AsyncGenerator<IncomingImage, undefined> {
  // The dataset has the same classes in the same order.
  const indexOf = new Map(classes.map(({ name }, index) => [name, index]))
  let at = 0
  for await (const read of source.readers(
    images.map(({ file }) => file),
    signal,
  )) {
    throwIfCancelled(signal)
    const { className, split } = images[at++] as LaidOutImage
    yield { read, split, classIndex: indexOf.get(className) as number }
  }
}

/** Yields the next `count` items, and leaves the iterator open for the following calls. */
async function* take<T>(sequence: AsyncIterator<T, undefined>, count: number): AsyncGenerator<T> {
  for (let i = 0; i < count; i++) {
    const next = await sequence.next()
    if (next.done) return
    yield next.value
  }
}

/** The dataset of that name, if there is one. Throws if it does not fit the source. */
async function findDataset(
  { store }: ImportSourceContext,
  wanted: string,
  { updatePrompts }: ImportSourceRequest,
  layout: { readonly classes: readonly LaidOutClass[] },
): Promise<{ dataset: DatasetRow; keptPrompts: readonly string[] } | undefined> {
  const dataset = await store.datasets.findByName(wanted)
  if (!dataset) return undefined
  const known = await requireSameClasses({ store }, dataset, layout)
  const changed = layout.classes.flatMap(({ prompts }, index) =>
    prompts && !same(prompts, known[index]?.prompts ?? []) ? [[index, prompts] as const] : [],
  )
  if (!updatePrompts || changed.length === 0) {
    return { dataset, keptPrompts: changed.map(([index]) => layout.classes[index]?.name ?? '') }
  }
  const comparison = await store.comparisons.unfinishedOf(dataset.id)
  if (comparison) throw errors.inUse({ what: `dataset "${wanted}"`, by: `comparison ${comparison.id}` })
  await store.datasets.setPrompts(dataset.id, new Map(changed))
  return { dataset, keptPrompts: [] }
}

/** The classes of the dataset. Throws INVALID_VALUE if the source has others. */
async function requireSameClasses(
  { store }: Pick<ImportSourceContext, 'store'>,
  { id, name }: DatasetRow,
  layout: { readonly classes: readonly LaidOutClass[] },
): Promise<readonly ClassRow[]> {
  const known = await store.datasets.classes(id)
  if (sameClasses(layout.classes, known)) return known
  const more = known.length - maxNamed
  const names = known.slice(0, maxNamed).map((each) => each.name)
  const others = more > 0 ? ` and ${more.toLocaleString('en')} more` : ''
  const reason = `The dataset "${name}" already exists with other classes: ${names.join(', ')}${others}.`
  throw errors.invalidValue({ reason }, 'name')
}

/** Classes that an error names. */
const maxNamed = 100

const sameClasses = (classes: readonly LaidOutClass[], known: readonly ClassRow[]): boolean =>
  same(
    classes.map(({ name }) => name),
    known.map(({ name }) => name.normalize('NFC')),
  )

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])

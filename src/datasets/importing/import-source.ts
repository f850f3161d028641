import { errors } from '../../errors.js'
import { type LaidOutClass, type LaidOutImage, layOut } from '../../sources/layout.js'
import type { Source } from '../../sources/source.js'
import type { SplitRule } from '../../sources/split-rule.js'
import type { ClassRow, DatasetRow } from '../../store/datasets.js'
import type { ImportStepRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { throwIfCancelled } from '../../system/abort.js'
import type { ImageIntake, IncomingImage, RejectedImage } from '../image-intake.js'

export interface ImportSourceContext {
  readonly store: Store
  readonly intake: ImageIntake
  readonly createDataset: (input: {
    readonly name: string
    readonly classes: readonly LaidOutClass[]
  }) => Promise<DatasetRow>
}

export interface ImportSourceRequest {
  /** The dataset's name; otherwise the one in `dataset.json`, otherwise the folder's or the archive's. */
  readonly name: string | null
  /** For a source without splits. */
  readonly splitRule: SplitRule
  /** Whether a dataset that is there already takes the prompts of `dataset.json`; otherwise it keeps its own. */
  readonly updatePrompts: boolean
}

/** Where an import writes down how far it is. */
export interface ImportLedger {
  /** How many images an earlier attempt has looked at. */
  readonly position: number
  /**
   * Told, before the first step, of the dataset, of how many images there are, and of the classes for which
   * `dataset.json` has other prompts than the dataset, which keeps its own.
   */
  begin(dataset: DatasetRow, images: number, keptPrompts: readonly string[]): Promise<void>
  /** Adds the images of a step; the files of these are stored. Returns false where no more are wanted. */
  step(step: ImportStepRow): Promise<boolean>
}

/** Images that are added together: what a kill may cost, and what one transaction is worth. */
const imagesPerStep = 256

/**
 * Imports a source: finds the dataset by its name or makes it, and adds the images in steps. Throws what the source
 * throws, INVALID_VALUE where a dataset of that name has other classes, and CANCELLED.
 */
export async function importSource(
  context: ImportSourceContext,
  source: Source,
  request: ImportSourceRequest,
  ledger: ImportLedger,
  signal?: AbortSignal,
): Promise<void> {
  const layout = await layOut(source, request.splitRule, signal)
  const { dataset, keptPrompts } = await findOrCreate(context, request, layout)
  const classes = await context.store.datasets.classes(dataset.id)
  await ledger.begin(dataset, layout.images.length, keptPrompts)

  const rest = layout.images.slice(ledger.position)
  const incoming = incomingImages(source, rest, classes, signal)
  for (let from = 0; from < rest.length; from += imagesPerStep) {
    const images = rest.slice(from, from + imagesPerStep)
    const record = (taken: ImportStepRow['images'], rejected: readonly RejectedImage[]) =>
      ledger.step({
        images: taken,
        rejected: rejected.map(({ position, code, reason }) => ({
          file: images[position]?.file.path ?? '',
          code,
          reason,
        })),
      })
    if (!(await context.intake.take(some(incoming, images.length), record, signal))) return
  }
}

async function* incomingImages(
  source: Source,
  images: readonly LaidOutImage[],
  classes: readonly ClassRow[],
  signal?: AbortSignal,
): AsyncGenerator<IncomingImage, undefined> {
  const indexOf = new Map(classes.map(({ name, index }) => [name, index]))
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

/** The next so many of a sequence, which goes on behind them. */
async function* some<T>(sequence: AsyncIterator<T, undefined>, count: number): AsyncGenerator<T> {
  for (let i = 0; i < count; i++) {
    const next = await sequence.next()
    if (next.done) return
    yield next.value
  }
}

async function findOrCreate(
  { store, createDataset }: ImportSourceContext,
  { name, updatePrompts }: ImportSourceRequest,
  layout: { readonly name: string; readonly classes: readonly LaidOutClass[] },
): Promise<{ dataset: DatasetRow; keptPrompts: readonly string[] }> {
  const wanted = (name ?? layout.name).trim()
  const dataset = await store.datasets.findByName(wanted)
  if (!dataset) {
    return { dataset: await createDataset({ name: wanted, classes: layout.classes }), keptPrompts: [] }
  }
  const known = await store.datasets.classes(dataset.id)
  if (!sameClasses(layout.classes, known)) {
    const names = known.map((each) => each.name).join(', ')
    const reason = `There is a dataset named "${wanted}" already, and its classes are others: ${names}.`
    throw errors.invalidValue({ reason }, 'name')
  }
  const changed = layout.classes.flatMap(({ prompts }, index) =>
    prompts && !same(prompts, known[index]?.prompts ?? []) ? [[index, prompts] as const] : [],
  )
  if (!updatePrompts || changed.length === 0) {
    return { dataset, keptPrompts: changed.map(([index]) => layout.classes[index]?.name ?? '') }
  }
  const user = await store.comparisons.unfinishedOf(dataset.id)
  if (user) throw errors.inUse({ what: `dataset "${wanted}"`, by: `comparison ${user.id}` })
  await store.datasets.setPrompts(dataset.id, new Map(changed))
  return { dataset, keptPrompts: [] }
}

const sameClasses = (classes: readonly LaidOutClass[], known: readonly ClassRow[]): boolean =>
  same(
    classes.map(({ name }) => name),
    known.map(({ name }) => name),
  )

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])

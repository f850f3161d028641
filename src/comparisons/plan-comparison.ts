import { comparableName } from '../datasets/comparable-name.js'
import type { DatasetContents } from '../datasets/dataset-contents.js'
import { largestClass, sizesOf, withoutExact } from '../datasets/draw-support.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import { drawingOf, listedSupport } from '../datasets/listed-support.js'
import {
  isDrawn,
  requireAugmentations,
  requireSeed,
  requireShots,
  requireShotsIfDrawn,
} from '../datasets/support-sets.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import { requireCoverage } from '../evaluation/prediction-set.js'
import type { KlScaling, Search, Selection } from '../evaluation/protocol.js'
import type { EncoderGeneric, Generics } from '../generic/generics.js'
import type { Registry } from '../plugins/registry.js'
import type { NewComparison } from '../store/comparisons.js'
import type { ClassRow, DatasetRow } from '../store/datasets.js'
import type { Drawing, Split } from '../store/enums.js'
import { classFinder } from '../store/find-class.js'
import type { ClassCountRow } from '../store/image-lists.js'
import type { RunRequest } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { firstRepeated } from '../system/first-repeated.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { comparisonFingerprints } from './comparison-fingerprint.js'
import { describedOf } from './described.js'
import { type ChosenMethod, chooseMethods, type MethodChoice } from './method-choice.js'
import { type CodeOf, runFingerprint } from './run-code.js'

export interface CompareInput {
  readonly dataset: string
  /** Another dataset with the same class names, whose test images are used instead. */
  readonly testDataset?: string | null
  readonly encoder?: string | null
  /** Several encoders, instead of `encoder`. Every run is made with each. */
  readonly encoders?: readonly string[] | null
  /** Left out with ALL and LISTED, where the largest class's number of images takes its place. */
  readonly shots?: readonly number[] | null
  /** How many images of each class a support set takes: LISTED by default if support images are given, and EXACT if not. */
  readonly drawing?: Drawing | null
  /** The images of the support set, instead of a draw. */
  readonly supportImages?: readonly string[] | null
  readonly seeds: readonly number[]
  readonly methods: readonly MethodChoice[]
  readonly selection: Selection
  /** How grids are searched: EXACT by default. */
  readonly search?: Search
  readonly klScaling: KlScaling
  readonly augmentations: number
  /** The coverage that prediction sets promise, in (0, 1); 0.9 by default. */
  readonly coverage?: number | null
  /** A dataset without a class of this one, whose test images belong to no class. */
  readonly unknownDataset?: string | null
  /** Names of classes that the classifier does not have; their test images belong to no class. */
  readonly holdOut?: readonly string[] | null
  /** What a person calls it, and notes about it. They do not count when the same comparison is looked for. */
  readonly name?: string | null
  readonly notes?: string | null
}

export interface PlanContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly encodedData: EncodedData
  readonly contents: DatasetContents
  readonly codeOf: CodeOf
  readonly generics: Generics
  /** The largest number of runs of a comparison, which are planned, stored and read all at once. */
  readonly maxRuns: number
}

/**
 * Checks a request and lists its runs. Throws the error for an invalid request, such as UNKNOWN_DATASET or TOO_MANY_RUNS,
 * with the argument at fault.
 */
export async function planComparison(context: PlanContext, input: CompareInput): Promise<NewComparison> {
  const { store, encoders, registry, codeOf, generics, maxRuns } = context
  const dataset = await store.datasets.get(input.dataset)
  if (!dataset) throw errors.unknownDataset({ id: input.dataset }, 'dataset')
  const chosenEncoders = chooseEncoders(encoders, input)
  const listed = input.supportImages ?? null
  const drawing = drawingOf(input.drawing, listed, 'supportImages')
  const asked = input.shots ?? []
  if (!isDrawn(drawing)) requireShotsIfDrawn(drawing, asked.length > 0)
  else requireList(asked, 'shots', 'number of shots', requireShots)
  requireList(input.seeds, 'seeds', 'seed', requireSeed)
  requireAugmentations(input.augmentations, 'augmentations')
  const count = chosenEncoders.length * Math.max(1, asked.length) * input.seeds.length * input.methods.length
  if (count > maxRuns) throw errors.tooManyRuns({ max: maxRuns, count }, 'seeds')
  const chosen = await Promise.all(
    chosenEncoders.map((encoder) => chooseMethods(input.methods, registry, encoder)),
  )
  const classes = await store.datasets.classes(dataset.id)
  const coverage = input.coverage ?? defaultCoverage
  requireCoverage(coverage)
  const holdOut = await heldOut(classes, input.holdOut ?? [])
  const others = [input.testDataset, input.unknownDataset].filter((id) => id != null)
  const datasets = [dataset.id, ...others]
  const described = describedOf(input)
  const lastImage = await store.datasets.lastImage(datasets)
  const counts = await store.imageLists.counts({ datasetId: dataset.id, last: lastImage })
  // Each of these goes through all classes, of which there may be very many.
  const yieldToEventLoop = createYieldToEventLoop()
  const names = classes.map(({ name }) => name)
  const all = { datasetId: dataset.id, last: lastImage }
  const taken =
    listed && listedSupport(listed, await store.imageLists.among(all, listed), names, 'supportImages')
  const pool = counts.flatMap(({ split, images }) => (split === 'SUPPORT_POOL' ? [images] : []))
  await yieldToEventLoop()
  const largest = largestClass(taken ? sizesOf(taken, classes.length) : pool)
  const shots = isDrawn(drawing) ? asked : [largest]
  await yieldToEventLoop()
  requireImages(dataset, classes, counts, { ...input, shots, drawing })
  await yieldToEventLoop()
  requireDifferentSets({ shots, drawing, seeds: input.seeds, largest })
  const test = await testOf(context, dataset, input, lastImage)
  await yieldToEventLoop()
  requireKeptImages(test?.counts ?? counts, counts, holdOut, input.selection)
  await requireUnknownImages(store, classes, input, lastImage)
  const [contents = '', ...contentsWith] = await comparisonFingerprints(
    context.contents,
    [chosenEncoders, ...chosenEncoders.map((encoder) => [encoder])],
    {
      ...{ datasetId: dataset.id, classes, test, lastImage },
      unknownDatasetId: input.unknownDataset ?? null,
    },
  )
  const genericOf = await Promise.all(
    chosenEncoders.map((encoder, i) => genericFor(generics, encoder, dataset.id, chosen[i] ?? [])),
  )
  const runsWith = (encoder: Encoder, i: number) => (shots: number, seed: number) =>
    (chosen[i] ?? []).map(({ method, space, fixed }) => {
      const request: RunRequest = {
        datasetId: dataset.id,
        testDatasetId: input.testDataset ?? null,
        encoder: encoder.id,
        method: method.id,
        space: space?.id ?? null,
        shots,
        drawing,
        seed,
        augmentations: input.augmentations,
        selection: input.selection,
        search: input.search ?? 'EXACT',
        klScaling: input.klScaling,
        fixed,
        coverage,
        unknownDatasetId: input.unknownDataset ?? null,
        holdOut,
      }
      // The encoder's fingerprint covers `imo` but not added adapters, which have their own.
      const adapter = space?.base.startsWith('imo:') ? [encoder.spaceFingerprint(space.base)] : []
      const computes = [
        contentsWith[i],
        withoutExact(request),
        ...adapter,
        ...(taken ? [{ support: taken }] : []),
      ]
      return { ...request, fingerprint: runFingerprint(computes, codeOf(method, space, genericOf[i])) }
    })
  // Runs are grouped by encoder, so that each encoder is opened once.
  const runs = chosenEncoders.flatMap((encoder, i) =>
    shots.flatMap((shots) => input.seeds.flatMap((seed) => runsWith(encoder, i)(shots, seed))),
  )
  return {
    fingerprint: fingerprintOf(runs.map((run) => run.fingerprint)),
    datasetId: dataset.id,
    testDatasetId: input.testDataset ?? null,
    encoder: (chosenEncoders[0] as Encoder).id,
    lastImage,
    contents,
    ...described,
    supportImages: taken?.map(({ imageId }) => imageId) ?? [],
    runs,
  }
}

/** What spaces may know of other images, if one of them uses it. Throws GENERIC_REQUIRED with the space at fault. */
async function genericFor(
  generics: Generics,
  encoder: Encoder,
  dataset: string,
  chosen: readonly ChosenMethod[],
): Promise<EncoderGeneric | null> {
  const i = chosen.findIndex(({ space }) => space?.usesGeneric)
  if (i < 0) return null
  const generic = await generics.of(encoder, dataset)
  const space = chosen[i]?.space?.id ?? ''
  if (generic === null) {
    const leftOut = (await generics.sources(encoder)).map(({ name }) => name)
    throw errors.genericRequired({ space, leftOut }, `methods[${i}].space`)
  }
  return generic
}

export const defaultCoverage = 0.9

/** The positions of the classes to hold out, ascending. Throws UNKNOWN_CLASS, DUPLICATE_ENTRY, or INVALID_VALUE for all. */
async function heldOut(classes: readonly ClassRow[], names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return []
  const find = await classFinder(classes)
  const positions: number[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (const [i, name] of names.entries()) {
    const found = find(name)
    if (!found) throw errors.unknownClass({ name, known: classes.map((each) => each.name) }, `holdOut[${i}]`)
    positions.push(found.index)
    await yieldToEventLoop()
  }
  const i = firstRepeated(positions.map(String))
  if (i >= 0) throw errors.duplicateEntry({ what: 'class', name: String(names[i]) }, `holdOut[${i}]`)
  if (positions.length === classes.length) {
    throw errors.invalidValue({ reason: 'Hold out fewer classes. At least one must be left.' }, 'holdOut')
  }
  return positions.sort((a, b) => a - b)
}

/** Throws INVALID_VALUE if the classes that are not held out have too few images to measure, or none to select on. */
function requireKeptImages(
  tested: readonly ClassCountRow[],
  counts: readonly ClassCountRow[],
  holdOut: readonly number[],
  selection: Selection,
): void {
  if (holdOut.length === 0) return
  const isHeldOut = new Set(holdOut)
  const countOf = (some: readonly ClassCountRow[], split: Split) =>
    imagesIn(some.filter((count) => count.split === split && !isHeldOut.has(count.classIndex)))
  const refuse = (what: string) =>
    errors.invalidValue({ reason: `Hold out fewer classes. The others have ${what}.` }, 'holdOut')
  if (countOf(tested, 'TEST') < 2) throw refuse('fewer than two test images')
  if (selection === 'VALIDATION' && countOf(counts, 'VALIDATION') === 0) throw refuse('no validation images')
}

const imagesIn = (counts: readonly ClassCountRow[]): number =>
  counts.reduce((sum, { images }) => sum + images, 0)

/**
 * Throws UNKNOWN_DATASET or NO_TEST_SPLIT if `unknownDataset` is given and has no test images, or SHARED_CLASS if one of its
 * classes has the name of one of ours, in upper or lower case.
 */
async function requireUnknownImages(
  store: Store,
  classes: readonly ClassRow[],
  { unknownDataset }: CompareInput,
  lastImage: number,
): Promise<void> {
  if (unknownDataset == null) return
  const dataset = await store.datasets.get(unknownDataset)
  if (!dataset) throw errors.unknownDataset({ id: unknownDataset }, 'unknownDataset')
  const names = new Set(classes.map(({ name }) => comparableName(name)))
  const shared = (await store.datasets.classes(unknownDataset)).find(({ name }) =>
    names.has(comparableName(name)),
  )
  if (shared) throw errors.sharedClass({ dataset: dataset.name, className: shared.name }, 'unknownDataset')
  const counts = await store.imageLists.counts({ datasetId: unknownDataset, split: 'TEST', last: lastImage })
  if (counts.length === 0) throw errors.noTestSplit({ dataset: dataset.name }, 'unknownDataset')
}

/** Throws UNKNOWN_ENCODER, EMPTY_LIST, DUPLICATE_ENTRY, or INVALID_VALUE if both `encoder` and `encoders` are given. */
function chooseEncoders({ get }: Encoders, { encoder, encoders }: CompareInput): readonly Encoder[] {
  if (encoders == null) return [get(encoder, 'encoder')]
  if (encoder != null) {
    throw errors.invalidValue({ reason: 'Give encoder or encoders, not both.' }, 'encoders')
  }
  if (encoders.length === 0) throw errors.emptyList({ what: 'encoder' }, 'encoders')
  const i = firstRepeated(encoders)
  if (i >= 0) throw errors.duplicateEntry({ what: 'encoder', name: String(encoders[i]) }, `encoders[${i}]`)
  return encoders.map((id, at) => get(id, `encoders[${at}]`))
}

/** What is to know of `testDataset`, with our class indices. */
interface TestDataset {
  readonly datasetId: string
  /** The index of each of its classes in the other dataset. */
  readonly indices: Int32Array
  /** Of its test images. */
  readonly counts: readonly ClassCountRow[]
}

/** `testDataset`, or null if none is given. Throws UNKNOWN_DATASET, CLASSES_DIFFER, or as `requireTestImages`. */
async function testOf(
  { store, encodedData }: PlanContext,
  { id }: DatasetRow,
  { testDataset }: CompareInput,
  lastImage: number,
): Promise<TestDataset | null> {
  if (testDataset == null) return null
  const dataset = await store.datasets.get(testDataset)
  if (!dataset) throw errors.unknownDataset({ id: testDataset }, 'testDataset')
  try {
    const indices = await encodedData.testClassIndices(testDataset, id)
    const list = { datasetId: testDataset, split: 'TEST', last: lastImage } as const
    const counts = (await store.imageLists.counts(list)).map((count) => ({
      ...count,
      classIndex: indices[count.classIndex] as number,
    }))
    requireTestImages(dataset, imagesIn(counts))
    return { datasetId: testDataset, indices, counts }
  } catch (error) {
    throw error instanceof ShotboardError ? error.at('testDataset') : error
  }
}

function requireList(
  values: readonly number[],
  argument: string,
  what: string,
  check: (value: number, argument: string) => void,
): void {
  if (values.length === 0) throw errors.emptyList({ what }, argument)
  values.forEach((value, i) => {
    check(value, `${argument}[${i}]`)
  })
  const i = firstRepeated(values)
  if (i >= 0) throw errors.duplicateEntry({ what, name: String(values[i]) }, `${argument}[${i}]`)
}

/** Throws CLASS_WITHOUT_IMAGES, NOT_ENOUGH_IMAGES, NO_VALIDATION_SPLIT, or as `requireTestImages`. */
function requireImages(
  dataset: DatasetRow,
  classes: readonly ClassRow[],
  counts: readonly ClassCountRow[],
  {
    shots,
    drawing,
    selection,
    testDataset,
  }: CompareInput & { readonly shots: readonly number[]; readonly drawing: Drawing },
): void {
  const pool = new Int32Array(classes.length)
  for (const { split, classIndex, images } of counts) {
    if (split === 'SUPPORT_POOL') pool[classIndex] = images
  }
  const maxShots = Math.max(...shots)
  for (const { index, name: className } of classes) {
    const has = pool[index] as number
    if (has === 0) throw errors.classWithoutImages({ className }, 'dataset')
    if (drawing === 'EXACT' && has < maxShots) {
      throw errors.notEnoughImages({ className, has, shots: maxShots }, `shots[${shots.indexOf(maxShots)}]`)
    }
  }
  const imagesOf = (split: Split) => imagesIn(counts.filter((count) => count.split === split))
  if (testDataset == null) {
    requireTestImages(dataset, imagesOf('TEST'), 'dataset')
  }
  if (selection === 'VALIDATION' && imagesOf('VALIDATION') === 0) {
    throw errors.noValidationSplit({ dataset: dataset.name }, 'selection')
  }
}

/**
 * Throws INVALID_VALUE if several seeds would draw the same images. The spread between support sets would then be zero, and
 * intervals too narrow.
 */
function requireDifferentSets({
  shots,
  drawing,
  seeds,
  largest,
}: {
  readonly shots: readonly number[]
  readonly drawing: Drawing
  readonly seeds: readonly number[]
  readonly largest: number
}): void {
  if (drawing === 'EXACT' || seeds.length === 1) return
  const i = shots.findIndex((each) => each >= largest)
  if (i < 0) return
  if (!isDrawn(drawing)) {
    const taken = drawing === 'ALL' ? 'every image' : 'the images of the list'
    const reason = `${drawing} takes ${taken}, the same with every seed. Give one seed.`
    throw errors.invalidValue({ reason }, 'seeds')
  }
  const why = `No class has more than ${largest} images, so at most ${shots[i]} takes every image`
  const remedy = 'Give one seed, or fewer shots'
  const argument = `shots[${i}]`
  throw errors.invalidValue({ reason: `${why}, the same with every seed. ${remedy}.` }, argument)
}

/** Throws NO_TEST_SPLIT or TOO_FEW_TEST_IMAGES. */
function requireTestImages({ name }: DatasetRow, count: number, argument?: string): void {
  if (count === 0) throw errors.noTestSplit({ dataset: name }, argument)
  if (count === 1) throw errors.tooFewTestImages({ dataset: name }, argument)
}

import type { EncodedData } from '../datasets/encoded-data.js'
import { errors } from '../errors.js'
import { meanOf } from '../evaluation/statistics/moments.js'
import { type Statistic, summarise } from '../evaluation/statistics/statistic.js'
import type { DatasetImageRow, DatasetRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { Store } from '../store/store.js'
import { spacesReadBy, withItsBase } from './answer-each.js'
import { answersTo } from './answers.js'
import { type Answered, type Drift, driftOf, rightIn } from './drift.js'
import { type Encoding, encodeImagesFirst } from './encode-first.js'
import type { LoadedClassifier } from './load-classifier.js'

/** Which images of a dataset a classifier is evaluated on. */
export interface EvaluatedImages {
  /** Its id. */
  readonly dataset: string
  /** With their labels: those of this split, TEST by default. */
  readonly split?: Split | null
  /** Those without a label, instead of a split. */
  readonly unlabelled?: boolean | null
}

export interface ClassifierEvaluation {
  readonly dataset: DatasetRow
  /** The images that were classified. */
  readonly images: number
  /** The classifier's own support images, which are left out. */
  readonly leftOut: number
  /** In percent, with its 95 % interval over images; null without labels. */
  readonly accuracy: Statistic | null
  /** The mean probability of the predicted class, from 0 to 1. */
  readonly confidence: number
  /** The share of images of which no class fits, from 0 to 1; null if no set can be told. */
  readonly emptySets: number | null
  /** Against the classifier's own figures; null if it has none, as without test images when it was made. */
  readonly drift: readonly Drift[] | null
}

/** The images of an evaluation, of those that were asked for. */
export interface ImagesToEvaluate {
  readonly dataset: DatasetRow
  /** Those that the classifier has not learned from, with their classes numbered as it does. */
  readonly images: readonly DatasetImageRow[]
  /** How many it has learned from. */
  readonly leftOut: number
}

/** Looks up the images of an evaluation. Throws as `evaluateClassifier`. */
export async function imagesToEvaluate(
  store: Store,
  classifier: LoadedClassifier,
  { dataset: id, split, unlabelled }: EvaluatedImages,
): Promise<ImagesToEvaluate> {
  const dataset = await store.datasets.get(id)
  if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
  requireSplitOrUnlabelled({ split, unlabelled })
  const all = unlabelled
    ? withoutLabels(await store.unlabelledImages.ids(id))
    : await labelledImages(store, classifier, dataset, split ?? 'TEST')
  const known = new Set(classifier.keys.map(({ imageId }) => imageId))
  const images = all.filter(({ imageId }) => !known.has(imageId))
  if (images.length === 0) {
    const reason = `Dataset "${dataset.name}" has no ${unlabelled ? 'images without a label' : `images in ${split ?? 'TEST'}`} that the classifier has not learned from.`
    throw errors.invalidValue({ reason }, unlabelled ? 'unlabelled' : 'split')
  }
  return { dataset, images, leftOut: all.length - images.length }
}

/**
 * Measures a classifier on images of a dataset whose classes it has, and tells whether they differ from its own by more than
 * chance. Encodes images that have not been encoded, and tells `encoding` of it. Throws UNKNOWN_DATASET, CLASSES_DIFFER, or
 * INVALID_VALUE if there are no such images.
 */
export async function evaluateClassifier(
  { store, encodedData }: { readonly store: Store; readonly encodedData: EncodedData },
  classifier: LoadedClassifier,
  asked: EvaluatedImages,
  encoding?: Encoding,
): Promise<ClassifierEvaluation> {
  const { frozen, encoder, ownFigures } = classifier
  const { dataset, images, leftOut } = await imagesToEvaluate(store, classifier, asked)
  if (encoding) {
    await encodeImagesFirst(encodedData, images, encoder, spacesReadBy(classifier), encoding)
  }
  const { features, labels } = await encodedData.labelled(images, encoder, spacesReadBy(classifier))
  const here: Answered = {
    ...(await answersTo(classifier, frozen.threshold, withItsBase(classifier, features))),
    labels: asked.unlabelled ? null : labels,
  }
  const right = rightIn(here)
  return {
    ...{ dataset, images: images.length, leftOut },
    accuracy:
      right &&
      summarise(
        [100 * meanOf([...right])],
        { sets: 1, images: right.length, values: right },
        { scale: 100, isProportion: true },
      ),
    confidence: meanOf([...here.confidence]),
    emptySets: here.setSize && meanOf(Array.from(here.setSize, (size) => Number(size === 0))),
    drift: ownFigures && driftOf(ownFigures, here),
  }
}

/** Images without a label have no split. Throws INVALID_VALUE if both are asked for. */
export function requireSplitOrUnlabelled({
  split,
  unlabelled,
}: {
  readonly split: Split | null | undefined
  readonly unlabelled: boolean | null | undefined
}): void {
  if (unlabelled && split != null) {
    throw errors.invalidValue({ reason: 'Give either a split or unlabelled.' }, 'split')
  }
}

const withoutLabels = (ids: readonly string[]): DatasetImageRow[] =>
  ids.map((imageId) => ({ imageId, classIndex: 0, split: 'TEST' }))

/** The images of a split, with their classes numbered as the classifier does. Throws CLASSES_DIFFER. */
async function labelledImages(
  store: Store,
  { name, classes }: LoadedClassifier,
  dataset: DatasetRow,
  split: Split,
): Promise<DatasetImageRow[]> {
  const own = await store.datasets.classes(dataset.id)
  const numbers = new Map(classes.map((each) => [each.name, each.index]))
  const strange = own.filter((each) => !numbers.has(each.name)).map((each) => each.name)
  if (strange.length > 0) {
    const differing = { dataset: name, other: dataset.name, only: [], onlyOther: strange }
    throw errors.classesDiffer(differing, 'dataset')
  }
  const images = await store.datasets.images(dataset.id, split)
  return images.map((image) => ({
    ...image,
    classIndex: numbers.get(own[image.classIndex]?.name ?? '') ?? 0,
  }))
}

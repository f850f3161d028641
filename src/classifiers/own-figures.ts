import { imagesOfClasses, keptClasses } from '../comparisons/held-out.js'
import { readFrom } from '../comparisons/method-choice.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { FittedMethod } from '../evaluation/fit.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { Store } from '../store/store.js'
import { type Answers, answersTo } from './answers.js'
import type { Question } from './question.js'

/** What a classifier says of the test images of its own dataset, when it is made: what drift is measured against. */
export interface OwnFigures extends Answers {
  /** [n]: the true classes. */
  readonly labels: Int32Array
}

/** More images make a test of drift no more useful, and the file larger. */
const maxImages = 2000

/** The test images of the dataset of a question that a classifier's own figures are taken of. */
export async function ownTestImages(
  store: Store,
  { supportSet, classes, holdOut }: Pick<Question, 'supportSet' | 'classes' | 'holdOut'>,
): Promise<DatasetImageRow[]> {
  const kept = new Set(keptClasses(classes.length, holdOut))
  const all = (await store.datasets.images(supportSet.datasetId, 'TEST')).filter(({ classIndex }) =>
    kept.has(classIndex),
  )
  const count = Math.min(all.length, maxImages)
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).flatMap(
    (image) => image ?? [],
  )
}

/**
 * The answers to the test images of the classifier's dataset, at most 2,000 of them, evenly spread. They were in no fit. Null if
 * there are none.
 */
export async function measureOwnFigures(
  { store, encodedData }: { readonly store: Store; readonly encodedData: EncodedData },
  question: Question,
  fitted: FittedMethod,
  { base, threshold }: { readonly base: string; readonly threshold: number | null },
): Promise<OwnFigures | null> {
  const { encoder, classes, holdOut } = question
  const images = await ownTestImages(store, question)
  if (images.length === 0) return null
  const { features, labels } = imagesOfClasses(
    await encodedData.labelled(images, encoder, [base, ...readFrom(fitted.method, null)]),
    keptClasses(classes.length, holdOut),
  )
  return { labels, ...(await answersTo({ fitted }, threshold, features)) }
}

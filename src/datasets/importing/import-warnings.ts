import type { Encoder } from '../../encoders/encoder.js'
import type { Encoders } from '../../encoders/encoders.js'
import { errors } from '../../errors.js'
import { featuresOf } from '../../features/space-features.js'
import type { ClassRow } from '../../store/datasets.js'
import type { WarningRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import type { Kernels } from '../../tensor/kernels.js'
import type { EncodedData } from '../encoded-data.js'
import { cutPrompts, nearDuplicates } from '../feature-problems.js'
import { problemsOf } from '../problems.js'

export interface ImportWarningsContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: EncodedData
  readonly kernels: Kernels
}

/** Entries of a kind that are told one by one. */
const maxTold = 3
/** The cosine similarity from which on two images look the same. */
const similarity = 0.98
/** Comparing every image with every other one takes too long for more images; `featureProblems` does it all the same. */
const maxCompared = 10_000

/**
 * What is wrong with a dataset right after an import: its problems, prompts that the default encoder cuts, and, if the features
 * of all images are there already, images of different splits that look the same. It encodes no image.
 */
export async function datasetWarnings(context: ImportWarningsContext, id: string): Promise<WarningRow[]> {
  const problems = (await problemsOf(context.store, [id])).get(id) ?? []
  // What the import itself has told before.
  const others = problems.filter(({ kind }) => kind !== 'SIMILAR_CLASS_NAMES')
  return [
    ...inShort(others.map(({ kind, text }) => ({ code: kind, text }))),
    ...(await cutPromptWarnings(context, await context.store.datasets.classes(id))),
    ...(await nearDuplicateWarnings(context, id)),
  ]
}

/** The first warnings of each code, and how many more there are. */
export function inShort(warnings: readonly WarningRow[]): WarningRow[] {
  const codes = [...new Set(warnings.map(({ code }) => code))]
  return codes.flatMap((code) => {
    const same = warnings.filter((each) => each.code === code)
    const more = same.length - maxTold
    const told = same.slice(0, maxTold)
    return more > 0 ? [...told, { code, text: `And ${more} more like this.` }] : told
  })
}

/** Classes whose prompts are too long for the default encoder. */
export async function cutPromptWarnings(
  { encoders }: Pick<ImportWarningsContext, 'encoders'>,
  classes: readonly Omit<ClassRow, 'id'>[],
): Promise<WarningRow[]> {
  const encoder = encoders.default
  const cut = await cutPrompts(classes, encoder)
  return inShort(
    cut.map(({ label: { name: className }, prompt }) => {
      const { code, message: text } = errors.promptCut({ className, prompt, encoder: encoder.id })
      return { code, text }
    }),
  )
}

async function nearDuplicateWarnings(
  { store, encoders, encodedData, kernels }: ImportWarningsContext,
  id: string,
): Promise<WarningRow[]> {
  const encoder: Encoder = encoders.default
  const counts = await store.datasets.counts(id)
  const total = counts.reduce((sum, { images }) => sum + images, 0)
  if (counts.length < 2 || total > maxCompared) return []
  const images = await store.datasets.images(id)
  if ((await encodedData.missing(images, encoder, ['clip'], 1)) > 0) return []
  const { features } = await encodedData.labelled(images, encoder, ['clip'])
  const found = await nearDuplicates(images, featuresOf(features, 'clip'), similarity, maxCompared, kernels)
  if (found.length === 0) return []
  const { code, message: text } = errors.nearDuplicates({ pairs: found.length, encoder: encoder.id })
  return [{ code, text }]
}

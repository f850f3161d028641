import { type Caches, createCaches } from '../cache/caches.js'
import { imagesOfClasses, keptClasses, supportOfClasses } from '../comparisons/held-out.js'
import { type ChosenMethod, readFrom } from '../comparisons/method-choice.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { ShotboardError } from '../errors.js'
import { type FittedMethod, fitMethod } from '../evaluation/fit.js'
import type { LabelledImages } from '../features/labelled-images.js'
import type { Support } from '../features/support.js'
import type { Generics } from '../generic/generics.js'
import { batchesOf, rangesOver } from '../methods/score.js'
import type { Registry } from '../plugins/registry.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { Kernels } from '../tensor/kernels.js'
import { orMethodError } from './method-error.js'
import type { Question } from './question.js'

/** Fitted methods. Recent ones are cached in memory, so that later predictions do not fit again. */
export interface Fits {
  /** What the question's methods read of the encoder: base spaces, and `patches`. */
  basesOf(question: Question): readonly string[]
  /**
   * The methods of a question in their order, fitted to its support set; the error of a method in its place. Throws what no
   * method is at fault for.
   */
  fit(question: Question): Promise<{ support: Support; fitted: readonly (FittedMethod | ShotboardError)[] }>
}

export interface FitsContext {
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly generics: Pick<Generics, 'of'>
  /** The longest that a fit may search, in seconds, unless its question allows more. */
  readonly maxSearchSeconds: number
}

/** The images of a question by what is read of the encoder, and what tells them from those of another. */
interface QuestionImages {
  readonly fingerprint: string
  readonly validation: (read: readonly string[]) => Promise<LabelledImages>
  readonly range: ((read: readonly string[]) => Promise<LabelledImages>) | null
}

const maxFits = 64
/** Support sets are cached with their key-value caches, so that methods in one space share its fit. */
const maxSupports = 8

export function createFits(context: FitsContext): Fits {
  const { registry, kernels, encodedData, generics, maxSearchSeconds } = context
  const fits = createPromiseCache<FittedMethod>(maxFits)
  const supports = createPromiseCache<{ support: Support; caches: Caches }>(maxSupports)

  const spaceOf = ({ space }: ChosenMethod) => space ?? registry.space('clip')
  const basesOf = ({ methods }: Question) =>
    [...new Set(['clip', ...methods.flatMap((each) => readFrom(each.method, each.space))])].sort()

  /** What spaces may know of other images, if one of them uses it: it may be fitted anew between two questions. */
  async function genericOf({ supportSet, encoder, methods }: Question): Promise<string | null> {
    if (!methods.some(({ space }) => space?.usesGeneric)) return null
    return (await generics.of(encoder, supportSet.datasetId))?.fingerprint ?? null
  }

  async function supportOf(question: Question) {
    const { supportSet, encoder, classes, holdOut } = question
    const bases = basesOf(question)
    return supports.get(
      fingerprintOf([
        supportSet.id,
        encoder.id,
        bases.map(encoder.spaceFingerprint),
        bases,
        classes,
        holdOut,
        await genericOf(question),
      ]),
      async () => {
        const all = await encodedData.support(supportSet, encoder, bases)
        const support = supportOfClasses(all, keptClasses(all.classes, holdOut))
        return { support, caches: createCaches(support, kernels) }
      },
    )
  }

  /** The images of the question that methods are selected on or scaled by: read once for each base, whatever the methods. */
  function imagesOf({ encoder, classes, validation, holdOut, rangeImages }: Question): QuestionImages {
    const kept = keptClasses(classes.length, holdOut)
    const inBase = (images: Question['validation']) => {
      const read = new Map<string, Promise<LabelledImages>>()
      return (spaces: readonly string[]) => {
        const key = spaces.join(' ')
        const reading =
          read.get(key) ??
          encodedData.labelled(images, encoder, spaces).then((labelled) => imagesOfClasses(labelled, kept))
        read.set(key, reading)
        return reading
      }
    }
    return {
      fingerprint: fingerprintOf([validation, rangeImages, classes, holdOut]),
      validation: inBase(validation),
      range: rangeImages === null ? null : inBase(rangeImages),
    }
  }

  async function fittedMethod(
    chosen: ChosenMethod,
    question: Question,
    images: QuestionImages,
  ): Promise<FittedMethod> {
    const { supportSet, encoder, selection, search, allowLongSearch } = question
    const { method, fixed } = chosen
    const space = spaceOf(chosen)
    const key = fingerprintOf([
      [supportSet.id, encoder.id, encoder.spaceFingerprint(space.base)],
      [method.id, space.id, selection, search, fixed, images.fingerprint],
      space.usesGeneric ? await genericOf(question) : null,
    ])
    return fits.get(key, async () => {
      const fitted = await fitMethod({
        method,
        space,
        ...(await supportOf(question)),
        selection,
        search,
        ...(!allowLongSearch && { maxSearchMs: maxSearchSeconds * 1000 }),
        ...(selection === 'VALIDATION' && { validation: await images.validation(readFrom(method, space)) }),
        fixed,
        kernels,
      })
      if (images.range === null) return fitted
      const { features } = await images.range(readFrom(method, space))
      return { ...fitted, ranges: await rangesOver(method, batchesOf(method, fitted.cache, features)) }
    })
  }

  return {
    basesOf,
    async fit(question) {
      const { support } = await supportOf(question)
      const images = imagesOf(question)
      const fitted: (FittedMethod | ShotboardError)[] = []
      // One after the other, so that a search is not taken for a long one because of those beside it.
      for (const each of question.methods) {
        fitted.push(each.fault ?? (await orMethodError(fittedMethod(each, question, images))))
      }
      return { support, fitted }
    },
  }
}

import { z } from 'zod'
import { errors } from '../errors.js'
import type { Prompts } from '../features/prompts.js'
import type { Support } from '../features/support.js'
import type { WhitenedGeneric } from '../spaces/contract.js'
import { namesOf, type ObjectStore } from '../store/objects/object-store.js'
import type { Trash } from '../store/trash.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import { formatSafetensors, type NamedTensor, parseSafetensors } from '../tensor/safetensors.js'
import type { OwnFigures } from './own-figures.js'
import { readPiece, writePiece } from './stored-piece.js'

/** The tensors of a classifier's version. */
export interface ClassifierTensors {
  readonly support: Support
  /** The support's prompts, if the method needs them. */
  readonly prompts: Prompts | null
  /** The support's generic covariance, if the space needs it. */
  readonly generic: WhitenedGeneric | null
  /** The SHA-256 of each support image, in the order of the rows. */
  readonly images: readonly string[]
  /** The probability of the true class of each image that the temperature was fitted on. */
  readonly calibration: Float64Array
  /** Null without test images when it was made, and for versions of earlier versions of Shotboard. */
  readonly ownFigures: OwnFigures | null
  /** The fit of its space; null if it is fitted again when it is loaded. */
  readonly fit: Piece | null
  /** The fit of each of its terms; null if they are fitted again when it is loaded. */
  readonly terms: readonly Piece[] | null
}

/** The tensors of versions, each in a safetensors file `classifiers/VERSION.safetensors`. */
export interface ClassifierFiles {
  /** Throws DISK_FULL or STORAGE_FAILED, and then writes nothing. */
  write(version: string, tensors: ClassifierTensors): Promise<void>
  /** Throws INVALID_TENSOR_FILE or INVALID_TENSOR if the file is missing or damaged. */
  read(version: string): Promise<ClassifierTensors>
  remove(versions: readonly string[]): Promise<void>
  /** Moves the files of versions that `isKnown` does not return to the trash. */
  sweep(isKnown: (versions: readonly string[]) => Promise<ReadonlySet<string>>, trash: Trash): Promise<void>
}

const featurePrefix = 'features.'

const metadataSchema = z.object({
  classes: z.coerce.number().int().positive(),
  logitScale: z.coerce.number(),
  classNames: z
    .string()
    .transform((text) => z.array(z.string()).parse(JSON.parse(text)))
    .optional(),
  fit: z.string().optional(),
  terms: z
    .string()
    .transform((text) => z.array(z.string()).parse(JSON.parse(text)))
    .optional(),
  genericClasses: z.coerce.number().int().optional(),
  images: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  calibration: z.string().transform((text) => z.array(z.number()).parse(JSON.parse(text))),
})

export function createClassifierFiles(objects: ObjectStore): ClassifierFiles {
  const keyOf = (version: string) => `${prefix}${version}${ending}`
  return {
    async write(version, { support, prompts, generic, images, calibration, ownFigures, fit, terms }) {
      const { features, labels, textClassifier, classes, logitScale } = support
      const tensors = new Map<string, NamedTensor>([
        ['labels', { type: 'int32', shape: [labels.length], data: labels }],
      ])
      for (const [space, each] of Object.entries(features)) tensors.set(featurePrefix + space, tensorOf(each))
      if (textClassifier) tensors.set('text_classifier', tensorOf(textClassifier))
      if (prompts) {
        tensors.set('prompts', tensorOf(prompts.features))
        tensors.set('prompt_labels', {
          ...{ type: 'int32', shape: [prompts.labels.length], data: prompts.labels },
        })
      }
      for (const part of genericParts) if (generic) tensors.set(genericPrefix + part, tensorOf(generic[part]))
      if (ownFigures) {
        const { labels: own, predicted, confidence, setSize } = ownFigures
        const shape = [own.length]
        tensors.set('own_labels', { type: 'int32', shape, data: own })
        tensors.set('own_predicted', { type: 'int32', shape, data: predicted })
        tensors.set('own_confidence', { type: 'float32', shape, data: confidence })
        if (setSize) tensors.set('own_set_size', { type: 'int32', shape, data: setSize })
      }
      const kept = fit && writePiece(fit, spacePrefix)
      const keptTerms = terms?.map((term, i) => writePiece(term, termPrefix(i)))
      for (const each of [...(kept ? [kept] : []), ...(keptTerms ?? [])]) {
        for (const [name, tensor] of each.tensors) tensors.set(name, tensor)
      }
      const metadata = {
        ...(kept && { fit: kept.text }),
        ...(keptTerms && { terms: JSON.stringify(keptTerms.map(({ text }) => text)) }),
        ...(prompts && { classNames: JSON.stringify(prompts.classNames) }),
        ...(generic && { genericClasses: String(generic.classes) }),
        format: 'shotboard-classifier',
        classes: String(classes),
        logitScale: String(logitScale),
        images: JSON.stringify(images),
        calibration: JSON.stringify([...calibration]),
      }
      await objects.put(keyOf(version), formatSafetensors({ tensors, metadata }))
    },
    async read(version) {
      const bytes = await objects.get(keyOf(version))
      if (!bytes) throw errors.invalidTensorFile({ file: keyOf(version), reason: 'it does not exist' })
      const { tensors, metadata } = parseSafetensors(bytes, keyOf(version))
      const { classes, logitScale, images, calibration, classNames, genericClasses, fit, terms } =
        metadataSchema.parse(metadata)
      const labels = tensors.get('labels')
      if (labels?.type !== 'int32') throw new Error('it has no labels')
      const features = [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(featurePrefix) ? [[name.slice(featurePrefix.length), matrixOf(tensor)] as const] : [],
      )
      const texts = tensors.get('text_classifier')
      const prompts = promptsOf(tensors, classNames)
      const generic = genericOf(tensors, genericClasses)
      return {
        support: {
          ...{ classes, logitScale, labels: labels.data },
          features: Object.fromEntries(features),
          textClassifier: texts ? matrixOf(texts) : null,
          ...(prompts && { prompts: async () => prompts }),
          ...(generic && {
            generic: async () => ({ dimensions: generic.root.rows, whitened: async () => generic }),
          }),
        },
        ...{ prompts, generic, ownFigures: ownFiguresOf(tensors) },
        images,
        fit: fit === undefined ? null : readPiece(tensors, fit, spacePrefix),
        terms: terms?.map((text, i) => readPiece(tensors, text, termPrefix(i))) ?? null,
        calibration: Float64Array.from(calibration),
      }
    },
    async remove(versions) {
      await objects.delete(versions.map(keyOf))
    },
    async sweep(isKnown, trash) {
      const versions = await namesOf(objects, prefix, ending)
      if (versions.length === 0) return
      const known = await isKnown(versions)
      await trash.discard('classifiers', versions.filter((version) => !known.has(version)).map(keyOf))
    },
  }
}

const prefix = 'classifiers/'
const ending = '.safetensors'

const spacePrefix = 'space.'
const termPrefix = (i: number): string => `term ${i}.`

const genericPrefix = 'generic.'
const genericParts = ['root', 'within', 'between'] as const

function promptsOf(
  tensors: ReadonlyMap<string, NamedTensor>,
  classNames: readonly string[] | undefined,
): Prompts | null {
  const [features, labels] = [tensors.get('prompts'), tensors.get('prompt_labels')]
  if (!features || labels?.type !== 'int32' || !classNames) return null
  return { features: matrixOf(features), labels: labels.data, classNames }
}

function genericOf(
  tensors: ReadonlyMap<string, NamedTensor>,
  classes: number | undefined,
): WhitenedGeneric | null {
  const [root, within, between] = genericParts.map((part) => tensors.get(genericPrefix + part))
  if (!root || !within || !between || classes === undefined) return null
  return { root: matrixOf(root), within: matrixOf(within), between: matrixOf(between), classes }
}

function ownFiguresOf(tensors: ReadonlyMap<string, NamedTensor>): OwnFigures | null {
  const [labels, predicted, setSize] = ['own_labels', 'own_predicted', 'own_set_size'].map((name) =>
    tensors.get(name),
  )
  const confidence = tensors.get('own_confidence')
  if (labels?.type !== 'int32' || predicted?.type !== 'int32' || confidence?.type !== 'float32') return null
  return {
    ...{ labels: labels.data, predicted: predicted.data, confidence: confidence.data },
    setSize: setSize?.type === 'int32' ? setSize.data : null,
  }
}

const tensorOf = ({ rows, columns, data }: Matrix): NamedTensor => ({
  type: 'float32',
  shape: [rows, columns],
  data,
})

function matrixOf({ type, shape, data }: NamedTensor): Matrix {
  const [rows = 0, columns = 0] = shape
  if (type !== 'float32') throw new Error('its features are no floats')
  return matrix(rows, columns, data)
}

import { z } from 'zod'
import { errors } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { type NamedTensor, readSafetensors, type TensorFile } from '../tensor/safetensors.js'
import type { LabelledImages } from './labelled-images.js'
import { withPatches } from './patches.js'
import { classifierOf, type Prompts, promptsOfClasses } from './prompts.js'
import type { Support } from './support.js'

/** Features from a user's file, without their images. Rows are used as they are stored. */
export interface FeatureFile {
  /** C, the number of classes. */
  readonly classes: number
  /** W, [C, d]; null for a file without text features. */
  readonly textClassifier: Matrix | null
  /** The text features of every prompt; null for a file without them. */
  readonly prompts: Prompts | null
  readonly logitScale: number
  /** The spaces that the file has: `clip`, and `imo` if it has `imo_*` tensors. */
  readonly spaces: readonly string[]
  /** The shot counts of its support sets, ascending. */
  readonly shots: readonly number[]
  readonly test: LabelledImages
  /** Null for a file without a validation split. */
  readonly validation: LabelledImages | null
  /** The support set of a shot count. Throws INVALID_TENSOR with the tensor that the file does not have. */
  support(shots: number): Support
}

const defaultLogitScale = 100

/**
 * Reads a safetensors file of features: `test_features` [N, d] and `test_labels` [N], `support_K_features` and
 * `support_K_labels` for shot counts K. Optional are `text_features` [C, d]; `prompt_features` [P, d] and `prompt_labels`
 * [P], whose means are the text features if there are none; `val_features` and `val_labels`; and a tensor `imo_*` for each of
 * the image features, for the adapted space; and `test_patches` [N, P, d], `support_K_patches` and `val_patches`, the features of
 * P patches of each image. The metadata `logitScale` (or `logit_scale`) is 100 by default; `classes` is a
 * JSON list of the classes' names, or of objects with a `name`.
 *
 * Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the tensor whose shape, length, labels or numbers are wrong.
 */
export async function readFeatureFile(file: string): Promise<FeatureFile> {
  return parseFeatureFile(await readSafetensors(file))
}

/** Parses tensors that have been read. Throws as `readFeatureFile`. */
export function parseFeatureFile({ tensors, metadata }: TensorFile): FeatureFile {
  const prompts = tensors.has('prompt_features') ? promptsOf({ tensors, metadata }) : null
  const text = tensors.has('text_features')
    ? featuresOf(tensors, 'text_features')
    : prompts && classifierOf(prompts)
  const clipTest = featuresOf(tensors, 'test_features')
  const dimensions = clipTest.columns
  if (text) requireColumns('text_features', text, dimensions)
  if (prompts) requireColumns('prompt_features', prompts.features, dimensions)
  const spaces = tensors.has('imo_test_features') ? ['clip', 'imo'] : ['clip']
  const classes = text?.rows ?? countClasses(tensors)

  function labelled(name: string): LabelledImages {
    const clip = featuresOf(tensors, `${name}_features`)
    requireColumns(`${name}_features`, clip, dimensions)
    const features: Record<string, Matrix> = { clip }
    if (spaces.includes('imo')) {
      const adaptedName = `imo_${name}_features`
      const adapted = featuresOf(tensors, adaptedName)
      requireColumns(adaptedName, adapted, featuresOf(tensors, 'imo_test_features').columns)
      requireRows(adaptedName, adapted.rows, `${name}_features`, clip.rows)
      features.imo = adapted
    }
    return {
      features: tensors.has('test_patches') ? withPatches(features, patches(name, clip.rows)) : features,
      labels: labelsOf(tensors, `${name}_labels`, clip.rows, classes),
    }
  }

  /** The patches of all images, [N·P, d]. There are as many of each image as in `test_patches`. */
  function patches(name: string, images: number): Matrix {
    const [tensor, first] = [`${name}_patches`, 'test_patches']
    const features = patchFeaturesOf(tensors, tensor)
    requireColumns(tensor, features, dimensions)
    const [rows = 0, perImage] = tensorOf(tensors, tensor).shape
    requireRows(tensor, rows, `${name}_features`, images)
    const expected = tensorOf(tensors, first).shape[1]
    if (perImage === expected) return features
    const reason = `it has ${perImage} patches of each image, but ${first} has ${expected}`
    throw errors.invalidTensor({ tensor, reason })
  }

  const shots = [...tensors.keys()]
    .flatMap((name) => {
      const [, count] = /^support_(\d+)_features$/.exec(name) ?? []
      return count === undefined ? [] : [Number(count)]
    })
    .sort((a, b) => a - b)
  const logitScale = logitScaleOf(metadata)
  return {
    classes,
    textClassifier: text,
    prompts,
    logitScale,
    spaces,
    shots,
    test: labelled('test'),
    validation: tensors.has('val_features') ? labelled('val') : null,
    support: (count) => ({
      ...labelled(`support_${count}`),
      classes,
      textClassifier: text,
      logitScale,
      ...(prompts && { prompts: async () => prompts }),
    }),
  }
}

/**
 * The prompts, sorted by class. There are as many classes as `text_features` has rows; without these, as the largest label
 * says. Throws INVALID_TENSOR if a class has no prompt, or the number of names is another.
 */
function promptsOf({ tensors, metadata }: TensorFile): Prompts {
  const [features, labels] = ['prompt_features', 'prompt_labels'] as const
  const rows = featuresOf(tensors, features)
  const text = tensors.has('text_features') ? featuresOf(tensors, 'text_features').rows : undefined
  const given = labelsOf(tensors, labels, rows.rows, text ?? rows.rows)
  const classes = text ?? given.reduce((most, label) => Math.max(most, label), 0) + 1
  const named = new Set(given)
  const missing = Array.from({ length: classes }, (_, c) => c).find((c) => !named.has(c))
  if (missing !== undefined) {
    throw errors.invalidTensor({ tensor: labels, reason: `class ${missing} has no prompt` })
  }
  const classNames = classNamesOf(metadata) ?? Array.from({ length: classes }, (_, c) => String(c))
  if (classNames.length !== classes) {
    const reason = `its classes name ${classNames.length} classes, and the prompts have ${classes}`
    throw errors.invalidTensor({ tensor: '__metadata__', reason })
  }
  const all = { features: rows, labels: given, classNames }
  return promptsOfClasses(all, [...classNames.keys()])
}

const classesSchema = z.array(
  z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]),
)

function classNamesOf({ classes }: TensorFile['metadata']): readonly string[] | undefined {
  if (classes === undefined) return undefined
  try {
    return classesSchema.parse(parseJson(classes))
  } catch {
    const reason = 'its classes are not a JSON list of names, or of objects with a name'
    throw errors.invalidTensor({ tensor: '__metadata__', reason })
  }
}

function tensorOf(tensors: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = tensors.get(name)
  if (!tensor) throw errors.invalidTensor({ tensor: name, reason: 'the file does not have it' })
  return tensor
}

const featuresOf = (tensors: ReadonlyMap<string, NamedTensor>, name: string): Matrix =>
  numbersOf(tensors, name, ['rows', 'dimensions'])

const patchFeaturesOf = (tensors: ReadonlyMap<string, NamedTensor>, name: string): Matrix =>
  numbersOf(tensors, name, ['images', 'patches', 'dimensions'])

/** The numbers of a tensor with these axes, as a matrix with the last of them as columns. */
function numbersOf(tensors: ReadonlyMap<string, NamedTensor>, name: string, axes: readonly string[]): Matrix {
  const { type, shape, data } = tensorOf(tensors, name)
  const columns = shape.at(-1)
  const rows = shape.slice(0, -1).reduce((product, each) => product * each, 1)
  if (type !== 'float32')
    throw errors.invalidTensor({ tensor: name, reason: 'it must hold floating-point numbers' })
  if (shape.length !== axes.length || !rows || !columns) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `its shape is ${JSON.stringify(shape)}, not [${axes.join(', ')}], none of them 0`,
    })
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `row ${Math.floor(wrong / columns)} has ${data[wrong]}, which is not a finite number`,
    })
  }
  return matrix(rows, columns, data)
}

function labelsOf(
  tensors: ReadonlyMap<string, NamedTensor>,
  name: string,
  rows: number,
  classes: number,
): Int32Array {
  const { type, shape, data } = tensorOf(tensors, name)
  if (type !== 'int32') throw errors.invalidTensor({ tensor: name, reason: 'it must hold whole numbers' })
  if (shape.length !== 1) {
    throw errors.invalidTensor({ tensor: name, reason: `its shape is ${JSON.stringify(shape)}, not [rows]` })
  }
  requireRows(name, data.length, name.replace('_labels', '_features'), rows)
  const wrong = data.findIndex((label) => label < 0 || label >= classes)
  if (wrong >= 0) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `its label ${data[wrong]} at index ${wrong} is not from 0 to ${classes - 1}`,
    })
  }
  return data
}

function requireColumns(tensor: string, { columns }: Matrix, dimensions: number): void {
  if (columns !== dimensions) {
    throw errors.invalidTensor({ tensor, reason: `its rows have ${columns} dimensions, not ${dimensions}` })
  }
}

function requireRows(tensor: string, rows: number, other: string, expected: number): void {
  if (rows !== expected) {
    throw errors.invalidTensor({ tensor, reason: `it has ${rows} rows, but ${other} has ${expected}` })
  }
}

/**
 * The number of classes in the support sets' labels, for a file without text features. Throws INVALID_TENSOR for a label so
 * large that most classes would have no image.
 */
function countClasses(tensors: ReadonlyMap<string, NamedTensor>): number {
  const labels = [...tensors].filter(
    ([name, { type }]) => type === 'int32' && /^support_\d+_labels$/.test(name),
  )
  const images = labels.reduce((sum, [, { data }]) => sum + data.length, 0)
  let classes = 0
  for (const [tensor, { data }] of labels) {
    for (const label of data) classes = Math.max(classes, label + 1)
    if (classes > images) {
      const reason = `its label ${classes - 1} is too large for ${images} images; without text_features labels count up from 0`
      throw errors.invalidTensor({ tensor, reason })
    }
  }
  return classes
}

function logitScaleOf(metadata: TensorFile['metadata']): number {
  const given = metadata.logitScale ?? metadata.logit_scale
  if (given === undefined) return defaultLogitScale
  const value = Number(given)
  if (given.trim() === '' || !(value > 0 && Number.isFinite(value))) {
    throw errors.invalidTensor({
      tensor: '__metadata__',
      reason: `its logit scale "${given}" is not a positive number`,
    })
  }
  return value
}

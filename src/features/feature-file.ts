import { errors } from '../errors.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { type NamedTensor, readSafetensors, type TensorFile } from '../tensor/safetensors.js'
import type { LabelledImages } from './labelled-images.js'
import type { SpaceFeatures } from './space-features.js'
import type { Support } from './support.js'

/** Features from a user's file, without their images. Rows are used as they are stored. */
export interface FeatureFile {
  /** C, the number of classes. */
  readonly classes: number
  /** W, [C, d]; null for a file without text features. */
  readonly textClassifier: Matrix | null
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
 * `support_K_labels` for shot counts K. Optional are `text_features` [C, d], `val_features` and `val_labels`, and a tensor
 * `imo_*` for each of the image features, for the adapted space. The metadata `logitScale` (or `logit_scale`) is 100 by
 * default.
 *
 * Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the tensor whose shape, length, labels or numbers are wrong.
 */
export async function readFeatureFile(file: string): Promise<FeatureFile> {
  return parseFeatureFile(await readSafetensors(file))
}

/** Parses tensors that have been read. Throws as `readFeatureFile`. */
export function parseFeatureFile({ tensors, metadata }: TensorFile): FeatureFile {
  const text = tensors.has('text_features') ? featuresOf(tensors, 'text_features') : null
  const clipTest = featuresOf(tensors, 'test_features')
  const dimensions = clipTest.columns
  if (text) requireColumns('text_features', text, dimensions)
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
      features: features as SpaceFeatures,
      labels: labelsOf(tensors, `${name}_labels`, clip.rows, classes),
    }
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
    logitScale,
    spaces,
    shots,
    test: labelled('test'),
    validation: tensors.has('val_features') ? labelled('val') : null,
    support: (count) => ({ ...labelled(`support_${count}`), classes, textClassifier: text, logitScale }),
  }
}

function tensorOf(tensors: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = tensors.get(name)
  if (!tensor) throw errors.invalidTensor({ tensor: name, reason: 'the file does not have it' })
  return tensor
}

function featuresOf(tensors: ReadonlyMap<string, NamedTensor>, name: string): Matrix {
  const { type, shape, data } = tensorOf(tensors, name)
  const [rows, columns] = shape
  if (type !== 'float32')
    throw errors.invalidTensor({ tensor: name, reason: 'it must hold floating-point numbers' })
  if (shape.length !== 2 || !rows || !columns) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `its shape is ${JSON.stringify(shape)}, not [rows, dimensions], neither of them 0`,
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

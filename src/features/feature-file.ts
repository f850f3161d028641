import { errors } from '../errors.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { type NamedTensor, readSafetensors, type TensorFile } from '../tensor/safetensors.js'
import type { LabelledImages } from './labelled-images.js'
import type { SpaceFeatures } from './space-features.js'
import type { Support } from './support.js'

/** Features that somebody has already, without their images. Rows are used as they are stored. */
export interface FeatureFile {
  /** C. */
  readonly classes: number
  /** W, [C, d]; null in a file without texts. */
  readonly textClassifier: Matrix | null
  readonly logitScale: number
  /** The encoder-level spaces that the file has: `clip`, and `imo` where it has `imo_*` twins. */
  readonly spaces: readonly string[]
  /** The shot counts that it has support sets for, ascending. */
  readonly shots: readonly number[]
  readonly test: LabelledImages
  /** Null in a file without a validation split. */
  readonly validation: LabelledImages | null
  /** Throws INVALID_TENSOR, naming it, where the file has no such support set. */
  support(shots: number): Support
}

const defaultLogitScale = 100

/**
 * Reads a file of features: tensors `test_features`, `test_labels`, `support_K_features` and `support_K_labels` for shot
 * counts K, and optionally `text_features`, `val_features`, `val_labels` and `imo_*` twins of the feature tensors, which
 * give the adapted space. The metadata's `logitScale` (or `logit_scale`) is 100 unless given.
 *
 * Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the tensor whose shape, length, labels or numbers are wrong.
 */
export async function readFeatureFile(file: string): Promise<FeatureFile> {
  return parseFeatureFile(await readSafetensors(file))
}

/** As `readFeatureFile`, for tensors that are in memory. */
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
      const twin = `imo_${name}_features`
      const adapted = featuresOf(tensors, twin)
      requireColumns(twin, adapted, featuresOf(tensors, 'imo_test_features').columns)
      requireRows(twin, adapted.rows, `${name}_features`, clip.rows)
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
      reason: `row ${Math.floor(wrong / columns)} holds ${data[wrong]}, which is no finite number`,
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
      reason: `its label ${data[wrong]} at ${wrong} is not in 0 to ${classes - 1}`,
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

/** Without texts there are as many classes as the support sets' labels say. */
function countClasses(tensors: ReadonlyMap<string, NamedTensor>): number {
  let classes = 0
  for (const [name, { type, data }] of tensors) {
    if (type !== 'int32' || !/^support_\d+_labels$/.test(name)) continue
    for (const label of data) classes = Math.max(classes, label + 1)
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
      reason: `its logit scale "${given}" is no positive number`,
    })
  }
  return value
}

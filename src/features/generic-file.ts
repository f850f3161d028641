import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errors } from '../errors.js'
import { type Matrix, matrix, rowOf, stackRows } from '../tensor/matrix.js'
import { readSafetensors, type TensorFile } from '../tensor/safetensors.js'

/** Labelled features of one generic source, in `clip`. */
export interface GenericFeatures {
  /** For errors and results: the file's name, or its folder's if it is called `features`. */
  readonly name: string
  /** [N, d]. */
  readonly features: Matrix
  /** [N], any whole numbers. */
  readonly labels: Int32Array
}

/**
 * Reads labelled features from a safetensors file, or from each of a folder's: `features` [N, d] and `labels` [N], or a file
 * of `readFeatureFile`, of which the largest support set and the validation images are read, and never the test images.
 *
 * Throws INVALID_GENERIC with the file that has neither, or labels and features of different lengths, INVALID_TENSOR_FILE, or
 * INVALID_VALUE for a path without such a file.
 */
export async function readGenericFeatures(path: string): Promise<GenericFeatures[]> {
  const files = await filesAt(path)
  return Promise.all(
    files.map(async (file) => parseGenericFeatures(await readSafetensors(file), nameOf(file))),
  )
}

/** Parses tensors that have been read. Throws as `readGenericFeatures`. */
export function parseGenericFeatures({ tensors }: TensorFile, name: string): GenericFeatures {
  const invalid = (reason: string) => errors.invalidGeneric({ source: name, reason })
  const parts = (tensors.has('features') ? ['features'] : partsOf(tensors)).map((tensor) => {
    const [features, labels] = [tensor, tensor.replace('features', 'labels')].map((each) => tensors.get(each))
    const [rows = 0, columns = 0] = features?.shape ?? []
    if (features?.type !== 'float32' || features.shape.length !== 2 || rows === 0 || columns === 0) {
      throw invalid(`its tensor ${tensor} must hold floating-point numbers, [images, dimensions]`)
    }
    if (labels?.type !== 'int32' || labels.data.length !== rows) {
      throw invalid(`it needs a label, a whole number, for each of the ${rows} rows of ${tensor}`)
    }
    return { features: matrix(rows, columns, features.data), labels: labels.data }
  })
  const [first] = parts
  if (!first) throw invalid('it has no tensors features and labels, and no support set')
  const features = stackRows(parts.map((part) => part.features))
  return { name, features, labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])) }
}

/** The hashes of the rows, to tell whether two files share an image. */
export const rowHashes = (features: Matrix): Set<string> =>
  new Set(
    Array.from({ length: features.rows }, (_, i) =>
      createHash('sha256').update(rowOf(features, i)).digest('base64'),
    ),
  )

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return [path]
  const names = found ? (await readdir(path)).filter((name) => name.endsWith('.safetensors')).sort() : []
  if (names.length === 0) {
    throw errors.invalidValue({ reason: `There is no file of features at ${path}.` }, 'generic')
  }
  return names.map((name) => join(path, name))
}

const nameOf = (file: string): string => {
  const name = basename(file, '.safetensors')
  return name === 'features' ? basename(dirname(file)) : name
}

/** The features of the largest support set, and of the validation images. */
function partsOf(tensors: TensorFile['tensors']): string[] {
  const shots = [...tensors.keys()].flatMap((name) => /^support_(\d+)_features$/.exec(name)?.[1] ?? [])
  const largest = shots.map(Number).sort((a, b) => b - a)[0]
  return [
    ...(largest === undefined ? [] : [`support_${largest}_features`]),
    ...(tensors.has('val_features') ? ['val_features'] : []),
  ]
}

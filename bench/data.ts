import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FeatureFile, parseFeatureFile, readFeatureFile } from '../src/features/feature-file.js'
import { seeded } from '../src/system/random.js'
import { type Matrix, matrix, rowOf, unitRows } from '../src/tensor/matrix.js'
import type { NamedTensor } from '../src/tensor/safetensors.js'

const shared =
  process.env.SHOTBOARD_SHARED_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))

/** A folder of optional benchmark data, which is not part of the project. */
export async function sharedFolder(name: string): Promise<string | undefined> {
  const folder = join(shared, name)
  return access(folder).then(
    () => folder,
    () => undefined,
  )
}

/** Real CLIP features of 61 classes of Caltech-101, or random features of the same sizes. */
export async function caltech61(): Promise<{ features: FeatureFile; label: string }> {
  const folder = await sharedFolder('caltech61-clip-vit-b32')
  if (folder)
    return { features: await readFeatureFile(join(folder, 'features.safetensors')), label: 'caltech61' }
  const synthetic = syntheticFeatures({
    classes: 61,
    dimensions: 512,
    shots: 16,
    validation: 1032,
    test: 1543,
  })
  return { features: synthetic, label: 'synthetic, of the size of caltech61' }
}

/** Class centres with noise around them, on the unit sphere; texts near the centres. */
export function syntheticFeatures(options: {
  readonly classes: number
  readonly dimensions: number
  readonly shots: number
  readonly validation: number
  readonly test: number
}): FeatureFile {
  const { classes, dimensions, shots, validation, test } = options
  const centres = normals('centres', classes, dimensions)
  const tensors = new Map<string, NamedTensor>()
  const put = (name: string, rows: number) => {
    const labels = Int32Array.from({ length: rows }, (_, i) => i % classes)
    const features = near(name, centres, labels)
    tensors.set(`${name}_features`, { type: 'float32', shape: [rows, dimensions], data: features.data })
    tensors.set(`${name}_labels`, { type: 'int32', shape: [rows], data: labels })
  }
  const all = Int32Array.from({ length: classes }, (_, c) => c)
  const texts = near('texts', centres, all)
  tensors.set('text_features', { type: 'float32', shape: [classes, dimensions], data: texts.data })
  put('val', validation)
  put('test', test)
  put(`support_${shots}`, classes * shots)
  return parseFeatureFile({ tensors, metadata: {} })
}

/** Unit rows of independent normal numbers. */
export function normals(name: string, rows: number, columns: number): Matrix {
  const random = seeded('benchmark', name)
  const result = matrix(rows, columns)
  for (let i = 0; i < result.data.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    const angle = 2 * Math.PI * random.next()
    result.data[i] = radius * Math.cos(angle)
    if (i + 1 < result.data.length) result.data[i + 1] = radius * Math.sin(angle)
  }
  return unitRows(result)
}

function near(name: string, centres: Matrix, labels: Int32Array): Matrix {
  const result = normals(name, labels.length, centres.columns)
  for (let i = 0; i < labels.length; i++) {
    const row = rowOf(result, i)
    const centre = rowOf(centres, labels[i] as number)
    for (let k = 0; k < row.length; k++) row[k] = 1.5 * (row[k] as number) + (centre[k] as number)
  }
  return unitRows(result)
}

// Compares the encoder with what checkpoint.py wrote: npx tsx tools/parity/checkpoint.ts MODEL_DIR IMAGES_DIR
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openEncoder } from '../../src/encoders/encoder.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { openTokenizer } from '../../src/encoders/tokenizer.js'
import { type Matrix, makeUnit, matrix, rowOf } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { readSafetensors } from '../../src/tensor/safetensors.js'

const [folder = '', imagesFolder = ''] = process.argv.slice(2)
const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as {
  processor: string
  files: string[]
  texts: string[]
  ids: string[]
}
const { tensors } = await readSafetensors(join(folder, 'expected-features.safetensors'))

function reference(name: string): Matrix {
  const tensor = tensors.get(name)
  if (tensor?.type !== 'float32') throw new Error(`no ${name}`)
  return matrix(tensor.shape[0] ?? 0, tensor.shape[1] ?? 0, tensor.data)
}

function cosines(found: Matrix, wanted: Matrix): number[] {
  return Array.from({ length: wanted.rows }, (_, i) => {
    const row = rowOf(wanted, i).slice()
    makeUnit(row)
    return rowOf(found, i).reduce((sum, value, k) => sum + value * (row[k] ?? Number.NaN), 0)
  })
}

const runtime = openRuntime()
const model = await readModelFolder(folder)
const tokenize = await openTokenizer(model)
const { contextLength } = model.manifest
const wrong = expected.texts.filter((text, i) => {
  const { ids } = tokenize([text], contextLength)
  const hash = createHash('sha256')
    .update([...ids].join(' '))
    .digest('hex')
    .slice(0, 8)
  return hash !== expected.ids[i]
})
console.log(
  `${basename(folder)}: ${expected.texts.length - wrong.length} of ${expected.texts.length} texts have equal ids`,
)
for (const text of wrong.slice(0, 12)) console.log(`  ${JSON.stringify(text)}`)

const encoder = await openEncoder(folder, runtime)
const sources = expected.files.map((file) => ({ id: file, read: () => readFile(join(imagesFolder, file)) }))
const { clip } = await encoder.encodeImages(sources, { spaces: ['clip'] })
if (clip === undefined) throw new Error('no features')
const similarity = cosines(clip, reference('images'))
const mean = similarity.reduce((sum, value) => sum + value, 0) / similarity.length
console.log(
  `  ${similarity.length} images (${expected.processor}): cosine ${mean.toFixed(6)} on average, ${Math.min(...similarity).toFixed(6)} at worst`,
)
const ranked = similarity
  .map((value, i) => ({ value, file: expected.files[i] }))
  .sort((a, b) => a.value - b.value)
for (const { value, file } of ranked.slice(0, 5)) console.log(`    ${value.toFixed(6)} ${file}`)
const texts = await encoder.encodeTexts(expected.texts.slice(0, 64))
console.log(`  64 texts: cosine ${Math.min(...cosines(texts, reference('texts'))).toFixed(6)} at worst`)
await runtime.close()

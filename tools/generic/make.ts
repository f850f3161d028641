import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openEncoder } from '../../src/encoders/encoder.js'
import { shippedFile } from '../../src/generic/generics.js'
import { formatSource, markOf } from '../../src/generic/source-file.js'
import { measureGeneric } from '../../src/spaces/fitting/generic-covariance.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { emojiImages } from './emoji.js'

/*
 * Makes models/mini-clip/generic.safetensors, the generic covariance of the embedded encoder:
 *
 *     npm install --prefix PATH --ignore-scripts emoji-datasource-twitter@15.1.2 emoji-datasource-google@15.1.2
 *     npx tsx tools/generic/make.ts --modules PATH/node_modules
 */
const { values } = parseArgs({ options: { modules: { type: 'string' } } })
const folder = fileURLToPath(new URL('../../models/mini-clip', import.meta.url))
const runtime = openRuntime()
const encoder = await openEncoder(folder, runtime)
const images = await emojiImages(values.modules ?? 'node_modules')
const { clip } = await encoder.encodeImages(images, { spaces: ['clip'] })
if (!clip) throw new Error('the encoder gave no features')
const labels = Int32Array.from(images, ({ label }) => label)
const source = await measureGeneric({ features: clip, labels }, 'emoji', createKernels(runtime))
const file = formatSource({
  ...source,
  name: 'emoji',
  dataset: null,
  encoder: encoder.spaceFingerprint('clip'),
  marks: new Set(images.map(({ id }) => markOf(id))),
})
await writeFile(`${folder}/${shippedFile}`, file)
console.log(`${source.images} images of ${source.classes} classes`)
await encoder.close()
await runtime.close()

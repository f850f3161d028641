import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { makeDataset } from '../../helpers/datasets.js'
import { sharedServer } from '../../helpers/server.js'
import { sharedRuntime } from '../../helpers/shared.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Exported by URL')
const supportSet = await library.supportSets.create({
  ...{ dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 },
})
const name = 'to be exported ü'
await library.classifiers.create({ name, supportSet: supportSet.id, method: 'tip-adapter++' })
const { classifier } = await server.query<{
  classifier: { version: { exports: { tar: string; onnx: string } } }
}>(`{ classifier(classifier: "${name}") { version { exports { tar onnx } } } }`)
const { tar, onnx } = classifier.version.exports

async function entriesOf(path: string): Promise<Map<string, Buffer>> {
  const response = await fetch(server.url + path)
  expect(response.status).toBe(200)
  const entries = new Map<string, Buffer>()
  const files = extract()
  Readable.from(Buffer.from(await response.arrayBuffer())).pipe(files)
  for await (const entry of files) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array))
    entries.set(entry.header.name, Buffer.concat(chunks))
  }
  return entries
}

test('an export is an archive of the model, its labels, its preprocessing, examples and a card', async () => {
  const files = await entriesOf(tar)
  const folder = 'to-be-exported'
  expect([...files.keys()].sort()).toEqual(
    ['README.md', 'classify.mjs', 'classify.py', 'labels.json', 'model.onnx', 'preprocessor_config.json'].map(
      (file) => `${folder}/${file}`,
    ),
  )
  expect(JSON.parse(String(files.get(`${folder}/labels.json`)))).toEqual([
    'red stripes',
    'green squares',
    'blue disc',
  ])
  expect(JSON.parse(String(files.get(`${folder}/preprocessor_config.json`)))).toMatchObject({
    ...{ size: { shortest_edge: 64 }, crop_size: { height: 64, width: 64 }, resample: 3 },
    image_mean: [0.48145466, 0.4578275, 0.40821073],
  })
  const card = String(files.get(`${folder}/README.md`))
  expect(card).toContain(await library.fingerprintDataset(dataset.id))
  expect(card).toContain('Tip-Adapter++')
})

test('a model repository for Triton has a configuration and a version', async () => {
  const files = await entriesOf(`${tar}&layout=triton`)
  const folder = 'to-be-exported/to-be-exported'
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([`${folder}/config.pbtxt`, `${folder}/1/model.onnx`, `${folder}/labels.txt`]),
  )
})

test('the model alone takes a batch of any size; the head alone takes features', async () => {
  const runtime = sharedRuntime()
  const inputsOf = async (path: string) => {
    const bytes = new Uint8Array(await (await fetch(server.url + path)).arrayBuffer())
    const session = await runtime.open(bytes)
    const { signature } = session
    await session.release()
    return signature
  }
  expect(await inputsOf(onnx)).toEqual({ pixel_values: { type: 'float32', shape: ['batch', 3, 64, 64] } })
  expect(await inputsOf(`${onnx}&headOnly=true`)).toEqual({
    image_features: { type: 'float32', shape: ['batch', 192] },
    adapted_image_features: { type: 'float32', shape: ['batch', 192] },
  })
})

test.each([
  ['an option that is none', `${tar}&format=zip`, 400],
  ['a layout that is none', `${tar}&layout=zip`, 400],
  ['a precision of a head', `${tar}&headOnly=true&precision=q8`, 400],
  ['a classifier that is not there', '/classifiers/nobody.tar', 404],
])('is refused: %s', async (_, path, status) => {
  expect((await fetch(server.url + path)).status).toBe(status)
})

import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startServer } from '../../src/server.js'
import { readSettings } from '../../src/settings/settings.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { authorization, makeKeys } from '../helpers/keys.js'

const keys = makeKeys()
const models = await temporaryFolder()
const original = fileURLToPath(new URL('../../models/mini-clip', import.meta.url))
const names = ['model.json', 'vision.onnx', 'text.onnx', 'tokenizer.json']

async function start() {
  await mkdir(join(models, 'mini-clip'), { recursive: true })
  for (const name of names) {
    await rm(join(models, 'mini-clip', name), { force: true })
    await symlink(join(original, name), join(models, 'mini-clip', name))
  }
  return startServer(
    readSettings({
      PORT: '0',
      SHOTBOARD_LOG_LEVEL: 'silent',
      SHOTBOARD_DATA_DIR: await temporaryFolder(),
      SHOTBOARD_MODELS_DIR: models,
      SHOTBOARD_API_KEYS: keys.setting,
    }),
  )
}

const read = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

test('a service that can work says so without a key, and what it misses where it cannot', async () => {
  const { url, close } = await start()
  try {
    expect(await read(`${url}/healthz`)).toEqual({ status: 200, body: { status: 'alive' } })
    const checks = { database: true, encoder: true }
    expect(await read(`${url}/readyz`)).toEqual({ status: 200, body: { status: 'ready', checks } })
    await rename(join(models, 'mini-clip/text.onnx'), join(models, 'mini-clip/elsewhere'))
    expect(await read(`${url}/readyz`)).toEqual({
      status: 503,
      body: { status: 'unavailable', checks: { ...checks, encoder: false } },
    })
    expect((await read(`${url}/healthz`)).status).toBe(200)
  } finally {
    await close()
  }
})

test('while it stops, a service says so, ends streams and finishes what it is answering', async () => {
  const { url, close, library } = await start()
  const ask = (query: string, accept = 'application/json') =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...authorization(keys.write), 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    })
  const dataset = await makeDataset(library, 'Any', { SUPPORT_POOL: 1, TEST: 1 })
  const comparison = await library.comparisons.compare({
    dataset: dataset.id,
    shots: [1],
    seeds: Array.from({ length: 20 }, (_, i) => i),
    methods: [{ method: 'tip-x' }],
    selection: 'NONE',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  const stream = await ask(
    `subscription { comparison(id: "${comparison.id}") { status } }`,
    'text/event-stream',
  )
  const streamed = stream.text().then(
    () => 'ended',
    () => 'ended',
  )
  // An answer that is being made until it is let go.
  const { getMany } = library.datasets
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const asked = new Promise<void>((resolve) => {
    library.datasets.getMany = async (ids) => {
      resolve()
      await gate
      return getMany(ids)
    }
  })
  const answer = ask(`{ dataset(id: "${dataset.id}") { name } }`)
  await asked
  const closing = close()
  expect(await streamed).toBe('ended')
  expect(await read(`${url}/readyz`)).toMatchObject({ status: 503, body: { status: 'stopping' } })
  expect((await read(`${url}/healthz`)).status).toBe(200)
  const refused = await ask('{ health { status } }')
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'STOPPING' } }] })
  letGo()
  expect(await (await answer).json()).toEqual({ data: { dataset: { name: 'Any' } } })
  await closing
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

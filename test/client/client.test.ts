import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { parse } from 'graphql'
import {
  AddImagesDocument,
  CompareDocument,
  ComparisonDocument,
  CreateDatasetDocument,
  CreateSupportSetDocument,
  createClient,
  DatasetsDocument,
  HealthDocument,
  MethodsDocument,
  PredictDocument,
  ShotboardClientError,
  WatchComparisonDocument,
} from 'shotboard/client'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { atEnd } from '../helpers/at-end.js'
import { makeDataset } from '../helpers/datasets.js'
import { picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const client = createClient({ url: server.url })
atEnd(client.close)
const dataset = await makeDataset(server.library, 'For clients')

/** What a promise is rejected with. */
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe('requests', () => {
  test('are answered with data of the types of their documents', async () => {
    const { health } = await client.request(HealthDocument)
    expect(health.status satisfies string).toBe('ok')
    const { methods } = await client.request(MethodsDocument)
    expect(methods.map(({ id }) => id)).toContain('tip-x++')
    const { datasets } = await client.request(DatasetsDocument, { first: 1 })
    expect(datasets.nodes).toMatchObject([{ id: dataset.id, name: 'For clients' }])
  })

  test('may be of documents of one’s own', async () => {
    const own: TypedDocumentNode<{ encoders: { id: string }[] }, Record<string, never>> = parse(
      '{ encoders { id } }',
    )
    expect(await client.request(own)).toEqual({ encoders: [{ id: 'mini-clip' }] })
  })

  test('send files among their variables', async () => {
    const { createDataset } = await client.request(CreateDatasetDocument, {
      input: { name: 'Uploaded', classes: [{ name: 'a' }, { name: 'b' }] },
    })
    const files = await Promise.all(
      [0, 1, 2].map(async (i) => new Blob([new Uint8Array(await picture(i, 70 + i))])),
    )
    const { addImages } = await client.request(AddImagesDocument, {
      input: {
        dataset: createDataset.dataset.id,
        images: files.map((upload, i) => ({
          image: { upload },
          class: i === 0 ? 'a' : 'b',
          split: i === 2 ? ('TEST' as const) : ('SUPPORT_POOL' as const),
        })),
      },
    })
    expect(addImages).toMatchObject({ added: 3, duplicates: 0, rejected: [] })
    expect(addImages.dataset.counts).toEqual(
      expect.arrayContaining([
        { split: 'SUPPORT_POOL', images: 2 },
        { split: 'TEST', images: 1 },
      ]),
    )
    const { createSupportSet } = await client.request(CreateSupportSetDocument, {
      input: { dataset: createDataset.dataset.id, support: { shots: 1 } },
    })
    const { predict } = await client.request(PredictDocument, {
      input: {
        source: { supportSet: createSupportSet.supportSet.id },
        images: [{ upload: files[2] as Blob }],
        methods: [{ method: 'zero-shot' }],
      },
    })
    expect(predict[0]?.predictions[0]?.top.length).toBe(2)
  })

  test('fail with the code and the argument at fault', async () => {
    const input = { dataset: dataset.id, support: { shots: [99] }, methods: [{ method: 'zero-shot' }] }
    const error = await failure(client.request(CompareDocument, { input }))
    expect(error).toBeInstanceOf(ShotboardClientError)
    expect(error).toMatchObject({
      code: 'NOT_ENOUGH_IMAGES',
      argument: 'input.support.shots[0]',
      message: expect.stringContaining('were requested'),
    })
  })

  test('fail by name where no service answers', async () => {
    const error = await failure(createClient({ url: 'http://127.0.0.1:1' }).request(HealthDocument))
    expect(error).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    })
  })

  test('fail by name where something else answers, and send the key', async () => {
    const seen: (string | undefined)[] = []
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(502).end('<html>Bad gateway</html>')
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    atEnd(async () => stranger.close())
    const { port } = stranger.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/graphql/`
    const error = await failure(createClient({ url, key: 'secret' }).request(HealthDocument))
    expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', message: expect.stringContaining('502') })
    expect(seen).toEqual(['Bearer secret'])
  })
})

describe('subscriptions', () => {
  test('tell a comparison until it has ended', async () => {
    const { compare } = await client.request(CompareDocument, {
      input: {
        dataset: dataset.id,
        support: { shots: [1, 2] },
        methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
      },
    })
    const progress: number[] = []
    let status = ''
    for await (const { comparison } of client.subscribe(WatchComparisonDocument, {
      id: compare.comparison.id,
    })) {
      progress.push(comparison.progress)
      status = comparison.status
    }
    expect(status).toBe('SUCCEEDED')
    expect(progress.at(-1)).toBe(1)
    const { comparison } = await client.request(ComparisonDocument, { id: compare.comparison.id })
    expect(comparison?.rows.nodes.length).toBe(4)
    expect(comparison?.exports.json).toContain(compare.comparison.id)
  })

  test('fail with the code of what went wrong', async () => {
    const states = client.subscribe(WatchComparisonDocument, { id: 'nothing' })
    expect(await failure(states.next())).toMatchObject({ code: 'UNKNOWN_COMPARISON', argument: 'id' })
  })

  test('fail by name where the document is none of this service', async () => {
    const own: TypedDocumentNode<object, Record<string, never>> = parse('subscription { nothing }')
    expect(await failure(client.subscribe(own).next())).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' })
  })
})

test('the client is made for browsers as well: it needs nothing of Node', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: {
      alias: { 'shotboard/client': new URL('../../client/index.ts', import.meta.url).pathname },
    },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('../../client/index.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'client',
      },
    },
  })
  const outputs = [built].flat().flatMap((each) => ('output' in each ? each.output : []))
  const code = outputs.map((file) => ('code' in file ? file.code : '')).join('\n')
  expect(code).toContain('ShotboardClientError')
  expect(code).not.toMatch(/from ["']node:|__vite-browser-external|require\(["'](fs|http|net|stream)["']\)/)
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  createClient,
  DatasetsDocument,
  DeleteDatasetDocument,
  ImportArchiveDocument,
  type UploadProgress,
} from '../../client/index.js'
import { atEnd } from '../helpers/at-end.js'

/** A service that gives these answers one after the other, and the last one ever after; null breaks the connection. */
async function answering(...answers: readonly (object | null)[]) {
  const requests: { headers: NodeJS.Dict<string | string[]>; bytes: number }[] = []
  const server = createServer((request, response) => {
    let bytes = 0
    request.on('data', (part: Buffer) => {
      bytes += part.length
    })
    request.on('end', () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)]
      requests.push({ headers: request.headers, bytes })
      if (answer === null) response.destroy()
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  atEnd(async () => {
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: createClient({ url }), requests }
}

const failing = (code: string) => ({ errors: [{ message: 'No.', extensions: { code } }] })
const page = { datasets: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } }
const deleted = { deleteDataset: { id: 'a', warnings: [] } }

describe('what may be done twice is tried again:', () => {
  test('a query, when the connection breaks', async () => {
    const { client, requests } = await answering(null, { data: page })
    expect(await client.request(DatasetsDocument)).toEqual(page)
    expect(requests.length).toBe(2)
  })

  test('a mutation that the service refused to begin with', async () => {
    const { client, requests } = await answering(failing('OVERLOADED'), { data: deleted })
    expect(await client.request(DeleteDatasetDocument, { id: 'a' })).toEqual(deleted)
    expect(requests.length).toBe(2)
  })
})

describe('what may have been done is not tried again:', () => {
  test('a mutation, when the connection breaks', async () => {
    const { client, requests } = await answering(null, { data: deleted })
    await expect(client.request(DeleteDatasetDocument, { id: 'a' })).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    })
    expect(requests.length).toBe(1)
  })

  test('a query that failed for good', async () => {
    const { client, requests } = await answering(failing('UNKNOWN_DATASET'))
    await expect(client.request(DatasetsDocument)).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' })
    expect(requests.length).toBe(1)
  })

  test('a query, more often than it was told', async () => {
    const { client, requests } = await answering(null)
    await expect(client.request(DatasetsDocument, {}, { retries: 1 })).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    })
    expect(requests.length).toBe(2)
  })
})

test('an upload tells how much is sent, up to all of it', async () => {
  const started = { importArchive: { import: { id: 'a' }, warnings: [] } }
  const { client, requests } = await answering({ data: started })
  const seen: UploadProgress[] = []
  const input = { archive: new Blob([new Uint8Array(3_000_000)]), name: 'Größe' }
  await client.request(ImportArchiveDocument, { input }, { onProgress: (progress) => seen.push(progress) })
  const [request] = requests
  expect(Number(request?.headers['content-length'])).toBe(request?.bytes)
  expect(seen.at(-1)).toEqual({ sent: request?.bytes, total: request?.bytes })
  expect(seen.length).toBeGreaterThan(2)
  expect(seen.map(({ sent }) => sent)).toEqual(seen.map(({ sent }) => sent).sort((a, b) => a - b))
})

test('a request that is given up rejects with the reason', async () => {
  const { client, requests } = await answering({ data: page })
  const reason = new Error('Enough.')
  await expect(client.request(DatasetsDocument, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  )
  expect(requests.length).toBe(0)
})

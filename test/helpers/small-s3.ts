import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './at-end.js'

const accessKeyId = 'reader'

/** A server of this process that answers lists and reads as S3 does. It looks at the access key and at no signature. */
export async function startSmallS3() {
  const buckets = new Map<string, Map<string, Buffer>>()
  const asked: string[] = []
  /** Answers that are given in place of the usual, one after the other. */
  const failures: number[] = []
  const forbidden = new Set<string>()

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const [, name = '', ...rest] = url.pathname.split('/').map(decodeURIComponent)
    const key = rest.join('/')
    const refuse = (status: number, code: string) =>
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
    asked.push(`${request.method} ${url.pathname}${url.search}`)
    const failure = failures.shift()
    if (failure !== undefined) return refuse(failure, 'SlowDown')
    if (!request.headers.authorization?.includes(`Credential=${accessKeyId}/`))
      return refuse(403, 'InvalidAccessKeyId')
    if (forbidden.has(name)) return refuse(403, 'AccessDenied')
    const bucket = buckets.get(name)
    if (!bucket) return refuse(404, 'NoSuchBucket')
    if (key !== '') {
      const bytes = bucket.get(key)
      return bytes ? response.end(bytes) : refuse(404, 'NoSuchKey')
    }
    const asks = (parameter: string) => url.searchParams.get(parameter) ?? ''
    const after = asks('continuation-token') || asks('start-after')
    const above = [...bucket.keys()]
      .filter(
        (each) =>
          each.startsWith(asks('prefix')) && Buffer.compare(Buffer.from(each), Buffer.from(after)) > 0,
      )
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    // Pages are smaller than what is asked for, so that few objects are several.
    const page = above.slice(0, Math.min(keysPerPage, Number(asks('max-keys') || keysPerPage)))
    const contents = page.map(
      (each) =>
        `<Contents><Key>${xml(each)}</Key><Size>${bucket.get(each)?.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
    )
    const more = above.length > page.length
    return response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<?xml version="1.0"?><ListBucketResult><Name>${name}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${xml(page.at(-1) ?? '')}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    buckets,
    asked,
    failures,
    forbidden,
  }
}

const keysPerPage = 3

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

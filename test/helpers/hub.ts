import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { atEnd } from './at-end.js'

/** A server with the interface of the Hugging Face hub, as far as models and datasets are read from it. */
export interface Hub {
  readonly endpoint: string
  /** Files by repository and path; may be changed. */
  readonly repositories: Map<string, Map<string, Buffer>>
  readonly commits: Map<string, string>
  readonly baseModels: Map<string, string>
  /** The front matter of the README.md of datasets. */
  readonly cards: Map<string, object>
  /** Every request for a file's bytes: its path and the Range it asked for. */
  readonly reads: { readonly path: string; readonly range: string | undefined }[]
  /** Breaks the connection after so many bytes of that file, once. */
  breakOff(path: string, after: number): void
  /** Serves other bytes than those whose checksum it states. */
  corrupt(path: string): void
  /** Only who shows this token may read. */
  token: string | undefined
}

/** Above this size the hub keeps files in its large file storage, whose checksum is a SHA-256. */
const large = 20_000

export async function startHub(): Promise<Hub> {
  const breaks = new Map<string, number>()
  const corrupted = new Set<string>()
  const hub = {
    endpoint: '',
    repositories: new Map<string, Map<string, Buffer>>(),
    commits: new Map<string, string>(),
    baseModels: new Map<string, string>(),
    cards: new Map<string, object>(),
    reads: [] as Hub['reads'],
    breakOff: (path: string, after: number) => void breaks.set(path, after),
    corrupt: (path: string) => void corrupted.add(path),
    token: undefined as string | undefined,
  }
  const commitOf = (name: string): string => hub.commits.get(name) ?? 'a'.repeat(40)

  const server = createServer((request, response) => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (hub.token !== undefined && request.headers.authorization !== `Bearer ${hub.token}`) {
      return json(401, { error: 'Invalid credentials in Authorization header' })
    }
    const { pathname } = new URL(request.url ?? '', 'http://hub')
    const [, api, name = '', kind, rest = ''] =
      /^\/(api\/(?:models|datasets)\/|datasets\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/(.+)$/.exec(
        pathname,
      ) ?? []
    const files = hub.repositories.get(name)
    if (files === undefined) return json(404, { error: 'Repository not found' })
    const [revision = '', ...path] = rest.split('/').map(decodeURIComponent)
    if (revision !== 'main' && revision !== commitOf(name)) return json(404, { error: 'Invalid rev id' })
    if (api && kind === 'revision') {
      const base = hub.baseModels.get(name)
      return json(200, {
        _id: '1',
        id: name,
        private: false,
        lastModified: '2024-01-01T00:00:00.000Z',
        sha: commitOf(name),
        ...(base && { cardData: { base_model: base } }),
        ...(hub.cards.has(name) && { cardData: hub.cards.get(name) }),
      })
    }
    if (api && kind === 'tree')
      return json(
        200,
        [...files].map(([path, bytes]) => entryOf(path, bytes)),
      )

    const file = path.join('/')
    const bytes = files.get(file)
    if (bytes === undefined) {
      return void response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end()
    }
    const { range } = request.headers
    hub.reads.push({ path: file, range })
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(range ?? '') ?? []
    const end = to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1)
    const part = Buffer.from(bytes.subarray(Number(from), end))
    if (corrupted.has(file) && part.length > 10) part[10] = (part[10] ?? 0) ^ 1
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': part.length,
      'accept-ranges': 'bytes',
      etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
      ...(range !== undefined && { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` }),
    })
    const stop = breaks.get(file)
    if (stop !== undefined && part.length > stop) {
      breaks.delete(file)
      return void response.write(part.subarray(0, stop), () => setTimeout(() => response.destroy(), 50))
    }
    response.end(part)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return hub
}

function entryOf(path: string, bytes: Buffer) {
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    type: 'file',
    path,
    size: bytes.length,
    oid,
    ...(bytes.length > large && { lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } }),
  }
}

/** The files of a folder, as a repository holds them. */
export async function repositoryOf(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const file = join(parentPath, name)
        return [file.slice(folder.length + 1), await readFile(file)] as const
      }),
  )
  return new Map(files)
}

import { once } from 'node:events'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { serveDashboard } from '../../../src/http/files/dashboard.js'
import { atEnd } from '../../helpers/at-end.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { sharedServer } from '../../helpers/server.js'

const { url } = await sharedServer()
const page = { headers: { accept: 'text/html' } }

/** The addresses of a page's own files, such as `/assets/index-….js`. */
async function filesOf(path: string, kind: RegExp): Promise<string[]> {
  const html = await (await fetch(url + path, page)).text()
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].flatMap(([, file]) =>
    file !== undefined && kind.test(file) ? [file] : [],
  )
}

test('every address that a browser opens is a page of the dashboard, and may do little', async () => {
  for (const path of ['/', '/datasets', '/compare/01a2?tab=runs', '/no/such/page']) {
    const response = await fetch(url + path, page)
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      200,
      expect.stringMatching(/^text\/html/),
    ])
    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/,
    )
    expect(response.headers.get('cache-control')).toBe('no-cache')
  }
})

test('files that are named after their content may be kept for ever, and come compressed', async () => {
  const [script] = await filesOf('/', /\.js$/)
  const named = await filesOf('/', /^\/assets\/.*\.(js|css)$/)
  expect(script).toBeDefined()
  expect(named.length).toBeGreaterThan(1)
  for (const file of named) {
    const response = await fetch(url + file, { headers: { 'accept-encoding': 'br' } })
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('what is no page is not answered with one', async () => {
  expect((await fetch(`${url}/assets/gone-1234.js`, page)).status).toBe(404)
  expect((await fetch(`${url}/nothing`, { headers: { accept: 'application/json' } })).status).toBe(404)
  expect((await fetch(`${url}/datasets`, { ...page, method: 'POST' })).status).toBe(404)
  const image = await fetch(`${url}/images/none`, page)
  expect([image.status, image.headers.get('content-type')]).toEqual([404, expect.stringMatching(/json/)])
})

test('a page needs nothing from elsewhere', async () => {
  const files = await filesOf('/', /./)
  for (const file of files) expect(file).toMatch(/^\/[^/]/)
  for (const file of files.filter((each) => each.endsWith('.css'))) {
    const css = await (await fetch(url + file)).text()
    expect(css).not.toMatch(/url\(["']?(https?:)?\/\//)
  }
})

test('the first page takes at most 350 kB of compressed script', async () => {
  const scripts = await filesOf('/', /\.js$/)
  let bytes = 0
  for (const file of scripts) {
    const plain = Buffer.from(await (await fetch(url + file)).arrayBuffer())
    expect(plain.length).toBeGreaterThan(0)
    const stored = await fetch(url + file, { headers: { 'accept-encoding': 'gzip' } })
    bytes += Number(stored.headers.get('content-length'))
  }
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThanOrEqual(350_000)
})

describe('a file that cannot be read', async () => {
  const compressed = { headers: { accept: 'text/html', 'accept-encoding': 'br' } }
  const folder = await temporaryFolder()
  const files = ['index.html', 'index.html.br', 'assets/a-1.js', 'assets/a-1.js.br']
  await mkdir(join(folder, 'assets'))
  const write = async () => {
    for (const file of files) {
      await writeFile(
        join(folder, file),
        file.endsWith('.br') ? brotliCompressSync('something') : 'something',
      )
    }
  }
  await write()
  const app = express()
  app.use(serveDashboard(folder))
  app.use((_request, response) => {
    response.status(404).send('not here')
  })
  app.use(((error, _request, response, _next) => {
    response.status(500).send(String(error))
  }) satisfies ErrorRequestHandler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.close()
    server.closeAllConnections()
  })
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  // What is asked for while a build replaces the files.
  test('and has gone is not found, whichever the client takes, and is there again when it is', async () => {
    for (const path of ['/', '/datasets', '/assets/a-1.js']) {
      expect((await fetch(own + path, compressed)).status).toBe(200)
    }
    for (const file of files) await rm(join(folder, file))
    for (const path of ['/', '/datasets', '/assets/a-1.js']) {
      const response = await fetch(own + path, compressed)
      expect([path, response.status, await response.text()]).toEqual([path, 404, 'not here'])
      expect(response.headers.get('content-encoding')).toBe(null)
    }
    await write()
    expect(
      (await fetch(`${own}/datasets`, { headers: { accept: 'text/html', 'accept-encoding': 'identity' } }))
        .status,
    ).toBe(200)
  })

  test('for another reason is an error of that request alone', async () => {
    await rm(join(folder, 'index.html.br'))
    await symlink('index.html.br', join(folder, 'index.html.br'))
    const response = await fetch(`${own}/datasets`, compressed)
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('ELOOP')])
    expect((await fetch(`${own}/assets/a-1.js`, compressed)).status).toBe(200)
  })
})

import { expect, test } from 'vitest'
import { startTestServer } from '../helpers/server.js'

const { url } = await startTestServer()
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
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/)
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

import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = await read('README.md')

test('README.md has fewer than 600 words', () => {
  expect(readme.split(/\s+/).filter((word) => word !== '').length).toBeLessThan(600)
})

test('README.md says how to start Shotboard and how to test it', () => {
  const commands = [...readme.matchAll(/^ {4}(npm ci .*)$/gm)].map(([, command]) => command)
  expect(commands).toEqual(['npm ci && npm start', 'npm ci && npm test'])
})

test('the rows of the result in README.md are those of the whole table', async () => {
  const rows = [
    ...readme.matchAll(/^\| ([^|]+) \| (\S+) \| ([^|]*\(\d[^|]*) \| ([^|]*) \| ([^|]*) \|$/gm),
  ].map(([, ...cells]) => cells.map((cell) => cell.replaceAll('*', '').trim()))
  const table = [...(await read('docs/compare-your-images.md')).matchAll(/^│ (.*) │$/gm)].map(
    ([, cells = '']) => cells.split('│').map((cell) => cell.replace('*', '').trim()),
  )
  expect(rows).toHaveLength(7)
  for (const row of rows) expect(table).toContainEqual(row)
})

test('docs/README.md leads to every page of docs', async () => {
  const index = await read('docs/README.md')
  const pages = (await readdir(new URL('../../docs/', import.meta.url))).filter((name) =>
    name.endsWith('.md'),
  )
  expect(pages.filter((page) => page !== 'README.md' && !index.includes(`](${page})`))).toEqual([])
})

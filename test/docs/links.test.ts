import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

const filesUnder = async (folder: string, ending: RegExp): Promise<readonly string[]> =>
  (await readdir(join(root, folder), { recursive: true }))
    .filter((name) => ending.test(name) && !/(^|\/)(node_modules|generated)\//.test(name))
    .map((name) => join(root, folder, name))

const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => join(root, name)),
  ...(await Promise.all(['docs', 'tools', 'models'].map((folder) => filesUnder(folder, /\.md$/)))).flat(),
]

/** A file or a folder of the repository, as a page names it in code. */
const namedFile = /`((?:assembly|bench|client|demo|docs|prisma|scripts|src|test|tools|web)\/[\w./-]+)[`:]/g

/** The anchors that a page's headings get, as GitHub spells them. */
function anchors(text: string): ReadonlySet<string> {
  const headings = [...text.replace(/```.*?```/gs, '').matchAll(/^#+ +(.*)$/gm)].map(
    ([, heading]) => heading ?? '',
  )
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** What is wrong with a link of a page, or undefined. Addresses of the web are not followed. */
async function fault(page: string, link: string): Promise<string | undefined> {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  const found = await stat(target).catch(() => undefined)
  if (!found) return `${link}: no such file`
  if (anchor === undefined || !target.endsWith('.md')) return undefined
  return anchors(await readFile(target, 'utf8')).has(anchor) ? undefined : `${link}: no such heading`
}

describe('every link leads somewhere', () => {
  test.each(pages.map((page) => [relative(root, page), page]))('%s', async (_, page) => {
    const text = (await readFile(page, 'utf8')).replace(/```.*?```/gs, '')
    const links = [...text.matchAll(/(?:\]\(|(?:src|href)=")([^)\s"]+)[)"]/g)].map(([, link]) => link ?? '')
    const inside = links.filter((link) => !/^[a-z]+:/.test(link))
    expect((await Promise.all(inside.map((link) => fault(page, link)))).filter(Boolean)).toEqual([])
  })
})

test('the pages that the code names exist', async () => {
  const sources = [...(await filesUnder('src', /\.ts$/)), ...(await filesUnder('web/src', /\.tsx?$/))]
  const named = await Promise.all(
    sources.map(async (file) =>
      [...(await readFile(file, 'utf8')).matchAll(/\bdocs\/[a-z-]+\.md\b/g)].map(([page]) => page),
    ),
  )
  const missing = await Promise.all(
    [...new Set(named.flat())].map(async (page) =>
      (await stat(join(root, page)).catch(() => undefined)) ? [] : page,
    ),
  )
  expect(missing.flat()).toEqual([])
})

test('the files that README and docs name exist', async () => {
  const named = await Promise.all(
    pages.map(async (page) =>
      [...(await readFile(page, 'utf8')).matchAll(namedFile)].map(([, path = '']) => path),
    ),
  )
  const missing = await Promise.all(
    [...new Set(named.flat())].map(async (path) =>
      (await stat(join(root, path)).catch(() => undefined)) ? [] : path,
    ),
  )
  expect(missing.flat()).toEqual([])
})

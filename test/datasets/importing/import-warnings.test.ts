import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { chunksOf, zipOf } from '../../helpers/archives.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'

const library = await openTestLibrary(await temporaryFolder())
const { imports } = library

type Files = Readonly<Record<string, readonly [number, number] | string>>

const contentsOf = async (files: Files): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(async ([path, content]) => [
        path,
        typeof content === 'string' ? Buffer.from(content) : await picture(...content),
      ]),
    ),
  )

async function newFolder(name: string, files: Files): Promise<string> {
  const folder = join(await temporaryFolder(), name)
  for (const [path, content] of Object.entries(await contentsOf(files))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

/** Everything that can be wrong with a folder, but readable. */
const wrong: Files = {
  'test/owl/1.png': [0, 1],
  'test/owl/2.png': [0, 2],
  'train/owl/1 again.png': [0, 1],
  'train/owl/3.png': [0, 3],
  'train/wren/1.png': [1, 1],
  'train/wren/owl.png': [0, 2],
  [`train/${'k'.repeat(60)}/1.png`]: [2, 1],
}
const told = [
  [
    'SPLIT_CONFLICT',
    /^1 file holds an image that the dataset has in another split: train\/owl\/1 again\.png\./,
  ],
  ['LABEL_CONFLICT', /as "owl" and as "wren"|as class "owl", so it is not added as class "wren"/],
  ['CLASS_OF_ONE_IMAGE', /has one image/],
  ['CLASS_OF_ONE_IMAGE', /has one image/],
  ['PROMPT_CUT', /^Encoder mini-clip cuts the prompt "a photo of a k+\." of class "k+"/],
] as const

const expectTold = (warnings: readonly { code: string; text: string }[]) => {
  expect(warnings.map(({ code }) => code)).toEqual(told.map(([code]) => code))
  for (const [i, [, text]] of told.entries()) expect(warnings[i]?.text).toMatch(text)
}

test('an import of a folder tells what is wrong with the data, and a plan does as well', async () => {
  const folder = await newFolder('wrong', wrong)
  expectTold((await imports.planPath(folder)).warnings)
  const { warnings, added, duplicates, rejected } = await imports.importPath(folder)
  expectTold(warnings)
  expect({ added, duplicates, rejected: rejected.length }).toEqual({ added: 5, duplicates: 1, rejected: 1 })
})

test('the record of an import of an archive tells it once it has ended, and a plan leaves no archive', async () => {
  const archive = zipOf(await contentsOf(wrong))
  const input = () => ({ archive: { name: 'wrong.zip', chunks: chunksOf(archive) }, name: 'Wrong archive' })
  const plan = await imports.planArchive(input())
  expect(plan).toMatchObject({ name: 'Wrong archive', dataset: null, added: 5, duplicates: 1 })
  expectTold(plan.warnings)
  expect(await library.store.datasets.findByName('Wrong archive')).toBeNull()
  const { id } = await imports.importArchive(input())
  const { warnings, status } = await imports.ended(id)
  expect(status).toBe('SUCCEEDED')
  expectTold(warnings)
})

test('of many warnings of a kind, the first are told and the others counted', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 6 }, (_, c) => [`class ${c}/1.png`, [0, 40 + c] as const]),
  )
  const { warnings } = await imports.importPath(await newFolder('singles', files))
  expect(warnings).toHaveLength(4)
  expect(warnings.at(-1)).toEqual({ code: 'CLASS_OF_ONE_IMAGE', text: 'And 3 more like this.' })
})

test('images of different splits that look the same are told if all have been encoded before', async () => {
  const near = await picture(0, 60)
  const folder = await newFolder('near', {
    'train/a/1.png': [0, 60],
    'train/a/2.png': [0, 61],
    'train/b/1.png': [1, 60],
    'test/b/2.png': [1, 61],
  })
  // The same pixels in another file: bytes after the end of a PNG do not count.
  await mkdir(join(folder, 'test/a'), { recursive: true })
  await writeFile(join(folder, 'test/a/1.png'), Buffer.concat([near, Buffer.from('more')]))
  const { dataset, warnings } = await imports.importPath(folder)
  expect(warnings).toEqual([])
  await library.featureProblems({ dataset: dataset.id, split: 'TEST', first: 10, similarity: 0.999 })
  const again = await imports.importPath(folder, { name: 'near again' })
  expect(again.warnings).toEqual([
    { code: 'NEAR_DUPLICATES', text: expect.stringMatching(/^\d+ pairs? of images in different splits/) },
  ])
})

test('an import and its plan tell of a class without an image in the support pool', async () => {
  const folder = await newFolder('no support', {
    'train/owl/1.png': [0, 21],
    'train/owl/2.png': [0, 22],
    'test/wren/1.png': [1, 21],
    'test/wren/2.png': [1, 22],
  })
  const wanted = {
    code: 'CLASS_WITHOUT_IMAGES',
    text: 'Class "wren" has no images in the support pool.',
  }
  expect((await imports.planPath(folder)).warnings).toContainEqual(wanted)
  expect((await imports.importPath(folder)).warnings).toContainEqual(wanted)
})

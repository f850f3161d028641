import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test, vi } from 'vitest'
import { parseExperiment } from '../../src/comparisons/experiment.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { sharedServer } from '../helpers/server.js'

const readPage = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const firstBlock = (page: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? ''

test('the program of docs/client.md runs', async () => {
  const server = await sharedServer()
  await makeDataset(server.library, 'Documented')
  const program = firstBlock(await readPage('client.md'), 'ts').replace('http://localhost:4000', server.url)
  const file = join(await temporaryFolder(), 'program.ts')
  await writeFile(file, program)
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import(file)
  const lines = log.mock.calls
  log.mockRestore()
  expect(lines).toContainEqual(['SUCCEEDED', 1])
  expect(lines.slice(-2)).toEqual([
    ['Zero-shot CLIP', undefined, expect.any(Number)],
    ['Tip-Adapter', 'whitened', expect.any(Number)],
  ])
})

test('the program of docs/client.md that classifies a folder tells classes, unknown images and files that are none', async () => {
  const server = await sharedServer()
  const folder = await temporaryFolder()
  const dataset = await makeDataset(server.library, 'Documented folder', { SUPPORT_POOL: 4 })
  const supportSet = await server.library.supportSets.create({
    ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
  })
  await server.library.classifiers.create({
    ...{
      name: 'documented pets',
      supportSet: supportSet.id,
      method: 'tip-adapter',
      selection: 'LEAVE_ONE_OUT',
    },
    // So low that most images fit no class.
    coverage: 0.2,
  })
  const images = (await labelledPictures({ TEST: 2 })).map(({ image }) => image.base64 ?? '')
  await mkdir(join(folder, 'photos'))
  for (const [i, image] of images.entries()) {
    await writeFile(join(folder, 'photos', `${i}, a photo.png`), image, 'base64')
  }
  await writeFile(join(folder, 'photos', 'text.txt'), 'no image')

  const program = firstBlock(await readPage('client.md'), 'js')
    .replace('http://localhost:4000', server.url)
    .replace("'pets'", "'documented pets'")
    .replaceAll(/(['`])(photos|predictions\.csv)/g, `$1${folder}/$2`)
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(15)
  await writeFile(join(folder, 'program.ts'), program)
  await import(join(folder, 'program.ts'))

  const { classify } = await server.query<{
    classify: { isNoneOfThese: boolean; top: { class: { name: string } }[] }[]
  }>(
    `query ($images: [ImageInput!]!) {
      classify(classifier: "documented pets", images: $images) { isNoneOfThese top { class { name } } }
    }`,
    { images: images.map((image) => ({ base64: image })) },
  )
  const expected = classify.map(({ isNoneOfThese, top }) => (isNoneOfThese ? 'unknown' : top[0]?.class.name))
  expect(expected).toContain('unknown')
  const [heading, ...lines] = parse(await readFile(join(folder, 'predictions.csv'), 'utf8'))
  expect(heading).toEqual(['file', 'class', 'probability'])
  expect(lines.map(([file, name]) => [file, name])).toEqual([
    ...expected.map((name, i) => [`${i}, a photo.png`, name]),
    ['text.txt', 'INVALID_IMAGE'],
  ])
})

test('the program of docs/library.md runs', async () => {
  const folder = await temporaryFolder()
  for (const [i, { image, class: name }] of (await labelledPictures({ SUPPORT_POOL: 4 })).entries()) {
    const path = join(folder, 'support_pool', name, `${i}.png`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, image.base64 ?? '', 'base64')
  }
  const program = firstBlock(await readPage('library.md'), 'ts').replace('my-images', folder)
  const file = join(folder, 'program.ts')
  await writeFile(file, program)
  vi.stubEnv('SHOTBOARD_DATA_DIR', await temporaryFolder())
  // A variable for tests is no setting.
  vi.stubEnv('SHOTBOARD_TEST_PYTHON', undefined)
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import(file)
  const lines = log.mock.calls
  log.mockRestore()
  vi.unstubAllEnvs()
  expect(lines).toEqual([[expect.stringMatching(/^[0-9a-f-]{36}$/)]])
})

test('the experiment of docs/experiments.md is one', async () => {
  const experiment = parseExperiment(firstBlock(await readPage('experiments.md'), 'json'), 'experiments.md')
  expect(experiment).toMatchObject({
    dataset: { folder: 'my-images' },
    shots: [1, 4, 16],
    selection: 'VALIDATION',
  })
})

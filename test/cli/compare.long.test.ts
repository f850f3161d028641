import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ComparisonDocument } from '../../src/comparisons/comparison-document.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { classNames, picture } from '../helpers/pictures.js'
import { built, runProgram, title } from '../helpers/programs.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer('outsiders')
await makeDataset(server.library, 'Compared by command')
const folder = await temporaryFolder()

/** Runs `shotboard compare` with what follows. */
const compare = (environment: Record<string, string>, ...parameters: string[]) =>
  runProgram('shotboard', environment, 'compare', ...parameters)

async function experimentFile(name: string, experiment: object): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, JSON.stringify(experiment))
  return file
}

/** The same pictures as the dataset that is served, as a folder. */
async function writePictures(): Promise<void> {
  const sizes = { support_pool: 5, validation: 3, test: 4 }
  const files = Object.entries(sizes).flatMap(([split, size], s) =>
    classNames.flatMap((className, classIndex) =>
      Array.from({ length: size }, (_, i) => ({ split, className, classIndex, i, variant: 1000 * s + i })),
    ),
  )
  for (const { split, className, classIndex, i, variant } of files) {
    await mkdir(join(folder, 'pictures', split, className), { recursive: true })
    const file = join(folder, 'pictures', split, className, `${i}.png`)
    await writeFile(file, await picture(classIndex, variant))
  }
  // Otherwise classes would stand in the order of their names.
  const classes = classNames.map((className) => ({ name: className }))
  await writeFile(
    join(folder, 'pictures/dataset.json'),
    JSON.stringify({ dataset: 'Compared by command', classes }),
  )
}

const readDocument = async (file: string): Promise<ComparisonDocument> =>
  JSON.parse(await readFile(file, 'utf8'))

const methods = ['zero-shot', { method: 'TA', space: 'whitened', hyperparameters: { beta: 3 } }]

const rounded = (rows: object): unknown =>
  JSON.parse(JSON.stringify(rows), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(10)) : value,
  )

describe.skipIf(!built)(`compare, of ${title}`, { concurrent: true }, () => {
  test('compares on a folder, exports, and repeats what was exported, here and on a service', async () => {
    await writePictures()
    const experiment = await experimentFile('local.json', {
      dataset: { folder: 'pictures' },
      shots: [1, 2],
      seeds: [1, 2],
      methods,
    })
    const data = { SHOTBOARD_DATA_DIR: await temporaryFolder() }
    const exported = join(folder, 'exported.json')
    const first = await (await compare(data, experiment, '--json', exported)).ended
    expect(first).toMatchObject({ code: 0 })
    for (const text of [
      'Importing',
      'Comparing',
      'Zero-shot CLIP',
      'whitened',
      '2 shots',
      'over 2 support sets',
    ]) {
      expect(first.output).toContain(text)
    }
    const document = await readDocument(exported)
    expect(document.rows.length).toBe(4)

    const [here, there] = [join(folder, 'here.json'), join(folder, 'there.json')]
    const locally = await (await compare(data, exported, '--json', here)).ended
    expect(locally).toMatchObject({ code: 0 })
    const remotely = await (await compare({}, exported, '--url', server.url, '--json', there)).ended
    expect(remotely).toMatchObject({ code: 0, output: expect.stringContaining('Comparing') })
    const tableIn = (output: string) => output.slice(output.indexOf('┌'))
    expect(tableIn(remotely.output)).toBe(tableIn(first.output))

    const [again, served] = await Promise.all([readDocument(here), readDocument(there)])
    expect(again.comparison.id).toBe(document.comparison.id)
    expect(served.comparison.id).not.toBe(document.comparison.id)
    // The two hold their images in different orders, which only rounding can tell.
    expect(rounded(served.rows)).toEqual(rounded(document.rows))
    expect(served.experiment).toEqual(document.experiment)
  })

  test('takes a list of support images by id and by path', async () => {
    const pool = await server.library.store.datasets.images(
      (await server.library.datasets.findByName('Compared by command'))?.id ?? '',
      'SUPPORT_POOL',
    )
    const [first, ...others] = classNames.map((_, c) => pool.find(({ classIndex }) => classIndex === c))
    await writeFile(join(folder, 'first.png'), await picture(0, 0))
    const list = join(folder, 'support.txt')
    await writeFile(list, ['first.png', ...others.map((image) => image?.imageId)].join('\n'))
    const file = await experimentFile('listed.json', {
      dataset: 'Compared by command',
      shots: [1, 2],
      methods,
      selection: 'NONE',
    })
    const exported = join(folder, 'listed-exported.json')
    const parameters = ['--support', list, '--url', server.url, '--json', exported]
    expect(await (await compare({}, file, ...parameters)).ended).toMatchObject({ code: 0 })
    const { experiment, rows } = await readDocument(exported)
    const ids = [first, ...others].map((image) => image?.imageId)
    expect(experiment).toMatchObject({ drawing: 'LISTED', shots: [], supportImages: ids })
    expect(rows.map(({ perClass }) => perClass.most)).toEqual([1, 1])
  })

  test('prints CSV instead of the table where no file is named', async () => {
    const experiment = { dataset: 'Compared by command', shots: [1], methods, selection: 'NONE' }
    const file = await experimentFile('csv.json', experiment)
    const { code, output } = await (await compare({}, file, '--url', server.url, '--csv')).ended
    expect(code).toBe(0)
    expect(output).toMatch(/\ncomparison,run,status,/)
    expect(output).not.toContain('┌')
  })

  test('cancels on the service when it is stopped', async () => {
    const seeds = Array.from({ length: 40 }, (_, i) => 100 + i)
    const experiment = {
      dataset: { name: 'Compared by command' },
      shots: [1],
      seeds,
      methods: ['slow'],
      selection: 'NONE',
    }
    const file = await experimentFile('slow.json', experiment)
    const { child, printed, ended } = await compare({}, file, '--url', server.url)
    await printed(/Comparing/)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0 })
    const { comparisons } = await server.read<{
      comparisons: { nodes: { status: string; runs: object[] }[] }
    }>('{ comparisons { nodes { status runs { nodes { id } } } } }')
    expect(comparisons.nodes.find(({ runs }) => runs.length === 40)?.status).toBe('CANCELLED')
  })

  test('a comparison with a run that failed prints its other rows and says why', async () => {
    const experiment = {
      dataset: 'Compared by command',
      shots: [1],
      methods: ['throwing', 'zero-shot'],
      selection: 'NONE',
    }
    const file = await experimentFile('failing.json', experiment)
    const { code, output } = await (await compare({}, file, '--url', server.url)).ended
    expect(code).toBe(1)
    expect(output).toContain('Zero-shot CLIP')
    expect(output).toContain('this method always throws')
  })

  test('what is wrong ends it with that word', async () => {
    const file = await experimentFile('wrong.json', { dataset: 'Compared by command', shots: [1] })
    const { code, output } = await (await compare({}, file, '--url', server.url)).ended
    expect(code).toBe(1)
    expect(output).toMatch(/^INVALID_EXPERIMENT: .*wrong\.json/m)
    expect(output).not.toMatch(/^ +at /m)
  })
})

import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test, vi } from 'vitest'
import { zipOf } from '../helpers/archives.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { picture } from '../helpers/pictures.js'
import { built, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, async () => {
  const data = await temporaryFolder()
  const library = await openTestLibrary(data)
  const dataset = await makeDataset(library, 'Patterns')
  const supportSet = await library.supportSets.create({
    ...{ dataset: dataset.id, shots: 5, seed: 1, augmentations: 1 },
  })
  await library.classifiers.create({ name: 'patterns', supportSet: supportSet.id, method: 'tip-adapter' })
  const pictures = await Promise.all([0, 1, 2].map((classIndex) => picture(classIndex, 9500)))
  const expected = await library.classifiers.classify({
    classifier: 'patterns',
    images: pictures.map((bytes) => ({ base64: bytes.toString('base64') })),
    topK: 3,
  })
  await library.close()

  const folder = await temporaryFolder()
  await mkdir(join(folder, 'deep/er'), { recursive: true })
  await writeFile(join(folder, 'a.png'), pictures[0] ?? '')
  await writeFile(join(folder, 'deep/er/a.png'), pictures[1] ?? '')
  await writeFile(join(folder, 'notes.txt'), 'no image')
  const archive = join(await temporaryFolder(), 'more.zip')
  await writeFile(archive, zipOf({ 'in/c.png': pictures[2] ?? new Uint8Array() }))
  const files = [join(folder, 'a.png'), join(folder, 'deep/er/a.png'), join(archive, 'in/c.png')]

  const classify = async (...parameters: string[]) =>
    (await run('shotboard', { SHOTBOARD_DATA_DIR: data }, 'classify', 'patterns', ...parameters)).ended

  test('folders and archives are classified to a table, to CSV and to lines of JSON', async () => {
    const table = await classify(folder, archive)
    expect(table.code).toBe(0)
    for (const [i, file] of files.entries()) {
      const label = expected[i]?.top[0]?.class.name
      expect(table.output).toMatch(new RegExp(`${label} .*${file.replaceAll(/[.\\]/g, '\\$&')}`))
    }
    expect(table.output).toContain('3 images')

    const [csv, jsonl] = ['csv', 'jsonl'].map((name) => join(folder, `answers.${name}`))
    const written = await classify(folder, archive, '--top', '2', `--csv=${csv}`, `--jsonl=${jsonl}`)
    expect(written.code).toBe(0)
    const rows: Record<string, string>[] = parse(await readFile(csv ?? '', 'utf8'), { columns: true })
    const lines = (await readFile(jsonl ?? '', 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ file }) => file)).toEqual(files)
    for (const [i, answer] of expected.entries()) {
      const [first, second] = answer.top
      expect(rows[i]).toMatchObject({ class: first?.class.name, class_2: second?.class.name, error: '' })
      expect(Number(rows[i]?.probability)).toBeCloseTo(first?.probability ?? NaN, 4)
      expect(lines[i]).toMatchObject({
        ...{ file: files[i], id: answer.image.id, isNoneOfThese: answer.isNoneOfThese },
        set: answer.set()?.map(({ name }) => name),
      })
    }
  })

  test('images are sorted into a folder for each class, and a second run changes nothing', async () => {
    const [into, linked] = [join(await temporaryFolder(), 'sorted'), join(await temporaryFolder(), 'linked')]
    for (let time = 0; time < 2; time++)
      expect((await classify(folder, archive, '--sort-into', into)).code).toBe(0)
    const found = async (root: string) =>
      (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory())
    const sorted = await found(into)
    expect(sorted.length).toBe(3)
    for (const { parentPath, name } of sorted) {
      const bytes = await readFile(join(parentPath, name))
      const i = pictures.findIndex((each) => each.equals(bytes))
      const label = expected[i]?.isNoneOfThese ? 'none of these' : expected[i]?.top[0]?.class.name
      expect(parentPath).toBe(join(into, label ?? ''))
    }
    expect((await classify(folder, '--sort-into', linked, '--link')).code).toBe(0)
    for (const { parentPath, name } of await found(linked)) {
      expect((await stat(join(parentPath, name))).nlink).toBeGreaterThan(1)
    }
  })

  test('what cannot be read is listed, the rest is answered, and the exit code is 1', async () => {
    const mixed = await temporaryFolder()
    await writeFile(join(mixed, 'broken.png'), 'no image')
    await writeFile(join(mixed, 'cut.png'), (pictures[0] ?? Buffer.alloc(0)).subarray(0, -300))
    await writeFile(join(mixed, 'good.png'), pictures[1] ?? '')
    const { code, output } = await classify(mixed)
    expect(code).toBe(1)
    for (const name of ['broken.png', 'cut.png']) {
      expect(output).toContain(`${join(mixed, name)}: INVALID_IMAGE`)
    }
    expect(output).toContain('2 could not be read')
    expect(output).toMatch(/good\.png/)
  })

  test.each<[string, string[], string]>([
    ['a path that is not there', ['/no/such/folder'], 'INVALID_FOLDER'],
    ['an option without its other', [folder, '--link'], 'INVALID_VALUE'],
    ['two outputs in one', [folder, '--csv=x', '--jsonl=./x'], 'INVALID_VALUE'],
    ['two outputs on the screen', [folder, '--csv', '--jsonl'], 'INVALID_VALUE'],
    ['a file in a folder that is not there', [folder, '--csv=/no/such/folder/x.csv'], 'INVALID_VALUE'],
    ['a version that is not there', [folder, '--use-version', '7'], 'UNKNOWN_CLASSIFIER_VERSION'],
  ])('is refused: %s', async (_, parameters, code) => {
    expect(await classify(...parameters)).toMatchObject({ code: 1, output: expect.stringContaining(code) })
  })

  test('sorting into a folder inside does not sort what it has sorted', async () => {
    const own = await temporaryFolder()
    await writeFile(join(own, 'a.png'), pictures[0] ?? '')
    for (let time = 0; time < 2; time++) {
      const { code, output } = await classify(own, '--sort-into', join(own, 'sorted'))
      expect([code, output]).toEqual([0, expect.stringContaining('1 image ')])
    }
  })

  test('a run that is interrupted keeps its answers, says how far it came, and its status is that of the signal', async () => {
    const many = await temporaryFolder()
    await Promise.all(
      Array.from({ length: 2000 }, (_, i) => writeFile(join(many, `${i}.png`), pictures[i % 3] ?? '')),
    )
    const csv = join(many, 'answers.csv')
    const program = await run(
      'shotboard',
      { SHOTBOARD_DATA_DIR: data },
      'classify',
      'patterns',
      many,
      `--csv=${csv}`,
    )
    await vi.waitFor(
      async () => expect((await readFile(csv, 'utf8')).split('\n').length).toBeGreaterThan(60),
      60_000,
    )
    program.child.kill('SIGINT')
    const { code, output } = await program.ended
    expect(code).toBe(130)
    const done = Number(/Stopped after (\d+) of 2000 images/.exec(output)?.[1])
    expect(done).toBeLessThan(2000)
    expect((parse(await readFile(csv, 'utf8'), { columns: true }) as object[]).length).toBe(done)
  })

  test('a folder without images is refused before a model is opened', async () => {
    const { code, output } = await classify(await temporaryFolder())
    expect(code).toBe(1)
    expect(output).toContain('it has no images')
  })

  test('a service classifies as the data folder does, and an unknown classifier is named with those there are', async () => {
    const service = await run('start', { SHOTBOARD_DATA_DIR: data })
    const url = await service.printed(/ready at (http:\S+)\/graphql/)
    const far = await classify(folder, '--url', url, '--csv')
    expect(far.code).toBe(0)
    expect(far.output).toContain(`${files[0]},${expected[0]?.top[0]?.class.name},`)
    const unknown = await run('shotboard', {}, 'classify', 'snails', folder, '--url', url)
    expect(await unknown.ended).toMatchObject({
      code: 1,
      output: expect.stringMatching(/UNKNOWN_CLASSIFIER.*snails.*patterns/),
    })
    service.child.kill('SIGTERM')
    await service.ended
  })
})

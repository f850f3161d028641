import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { install, packFolder, userEnvironment } from '../helpers/package.js'
import { picture } from '../helpers/pictures.js'
import { built, root, title } from '../helpers/programs.js'
import { sharedServer } from '../helpers/server.js'

const run = promisify(execFile)

test('the client bundled for browsers and edge runtimes has at most 30 kB and needs nothing of Node', async () => {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry: join(root, 'client/index.ts'), formats: ['es'], fileName: 'client' },
      rollupOptions: { external: ['ws'] },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
    'output' in each ? each.output : [],
  )
  const code = outputs.map((each) => ('code' in each ? each.code : '')).join('\n')
  expect(code).toContain('createDataset')
  expect(gzipSync(code).length).toBeLessThanOrEqual(30_000)
  expect(code).not.toMatch(/node:|__vite-browser-external|\bprocess\.versions\b/)
})

describe.skipIf(!built)(`the package shotboard-client made from ${title}`, () => {
  test('installs alone into an empty project, and classifies against a service', async () => {
    const { project } = await install([await packFolder(join(root, 'client'))])
    const { dependencies } = JSON.parse(
      await readFile(join(project, 'node_modules/shotboard-client/package.json'), 'utf8'),
    )
    expect(Object.keys(dependencies).sort()).toEqual([
      '@graphql-typed-document-node/core',
      'graphql',
      'graphql-ws',
    ])
    const server = await sharedServer()
    const { id } = await makeDataset(server.library, 'Asked for by the package')
    await writeFile(
      join(project, 'ask.mjs'),
      `import { createClient, DatasetDocument } from 'shotboard-client'
const client = createClient({ url: process.argv[2] })
console.log((await client.request(DatasetDocument, { id: process.argv[3] })).dataset.name)`,
    )
    const { stdout } = await run(process.execPath, ['ask.mjs', server.url, id], {
      cwd: project,
      env: userEnvironment,
    })
    expect(stdout.trim()).toBe('Asked for by the package')

    // The program of docs/client.md, as it stands there.
    const docs = await readFile(join(root, 'docs/client.md'), 'utf8')
    const program = /\*\*Classify a folder\.\*\*[\s\S]*?```js\n([\s\S]*?)```/.exec(docs)?.[1] ?? expect.fail()
    expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
    const supportSet = await server.library.supportSets.create({
      ...{ dataset: id, shots: 4, seed: 1, augmentations: 1 },
    })
    await server.library.classifiers.create({
      ...{ name: 'pets', supportSet: supportSet.id, method: 'tip-adapter', space: 'whitened', coverage: 0.3 },
    })
    await mkdir(join(project, 'photos'))
    const noise = await sharp(Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 89) % 256)), {
      raw: { width: 4, height: 4, channels: 3 },
    })
      .png()
      .toBuffer()
    const photos: Record<string, Buffer> = { 'broken.png': Buffer.from('no image'), 'noise.png': noise }
    for (let i = 0; i < 12; i++) photos[`photo "${i}".png`] = await picture(i % 3, 61_000 + i)
    for (const [name, bytes] of Object.entries(photos)) await writeFile(join(project, 'photos', name), bytes)
    await writeFile(
      join(project, 'predict.mjs'),
      program
        .replace("'shotboard/client'", "'shotboard-client'")
        .replace("'http://localhost:4000'", JSON.stringify(server.url)),
    )
    await run(process.execPath, ['predict.mjs'], { cwd: project, env: userEnvironment })
    const names = Object.keys(photos).sort()
    const readable = names.filter((name) => name !== 'broken.png')
    const answers = await server.library.classifiers.classify({
      ...{ classifier: 'pets', topK: 1 },
      images: readable.map((name) => ({ base64: photos[name]?.toString('base64') ?? '' })),
    })
    const expected = new Map(
      answers.map(({ isNoneOfThese, top }, i) => [
        readable[i],
        {
          class: isNoneOfThese ? 'unknown' : top[0]?.class.name,
          probability: top[0]?.probability ?? Number.NaN,
        },
      ]),
    )
    const rows = parse(await readFile(join(project, 'predictions.csv'), 'utf8'), {
      ...{ columns: true, escape: '\\' },
    }) as Record<string, string>[]
    expect(rows.map(({ file }) => file)).toEqual(names)
    for (const { file, class: answer, probability } of rows) {
      expect(answer).toBe(file === 'broken.png' ? 'INVALID_IMAGE' : expected.get(file)?.class)
      if (file !== 'broken.png')
        expect(Number(probability)).toBeCloseTo(expected.get(file)?.probability ?? 0, 5)
    }
    expect(rows.map((row) => row.class)).toContain('unknown')
    expect(rows.some((row) => row.class?.includes(' '))).toBe(true)
  })
})

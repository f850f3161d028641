import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { imageFilesOf } from '../../src/library/index.js'
import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { type Benchmark, cost, median, ms, onceMs, peakMemory, type Row } from '../benchmark.js'
import { startService } from '../service.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const demo = join(root, 'demo/fashion-mnist')
const rounds = 200

/** One image through `classify` over HTTP, by a service of its own, and through the encoder alone, here, in turns. */
export const classifyOne: Benchmark = {
  name: 'classify-one',
  async run() {
    const settings = await newSettings()
    const library = await openLibrary(settings)
    const spaces = await makeClassifier(library)
    await library.close()
    const service = await startService(settings.dataDirectory, {
      SHOTBOARD_DEMO: 'off',
      SHOTBOARD_LOG_LEVEL: 'silent',
    })
    const other = await newSettings()
    const alone = await openLibrary(other)
    const encoder = alone.encoders.default
    const images = await Promise.all((await testImages()).slice(0, rounds).map((file) => readFile(file)))
    const query = `query ($images: [ImageInput!]!) { classify(classifier: "bench", images: $images) {
      top { class { name } probability } set { name } isNoneOfThese error { code } } }`
    const agent = new Agent({ keepAlive: true })
    const ask = async (image: Buffer) => {
      const body = JSON.stringify({ query, variables: { images: [{ base64: image.toString('base64') }] } })
      const { data } = JSON.parse(await post(`${service.url}/graphql`, agent, body)) as {
        data?: { classify: { top: unknown[] }[] }
      }
      if (!data?.classify[0]?.top.length) throw new Error('there is no answer')
    }
    const encode = (image: Buffer) =>
      encoder.encodeImages([{ id: 'one', read: async () => image }], { spaces })
    for (const image of images.slice(0, 20)) {
      await ask(image)
      await encode(image)
    }
    const taken = { classify: [] as number[], encoder: [] as number[] }
    // What comes second finds the processes warm, so each is first in turn.
    for (const [i, image] of images.entries()) {
      if (i % 2 === 0) taken.classify.push(await onceMs(() => ask(image)))
      taken.encoder.push(await onceMs(() => encode(image)))
      if (i % 2 === 1) taken.classify.push(await onceMs(() => ask(image)))
    }
    const more = median(taken.classify.map((each, i) => each - (taken.encoder[i] as number)))
    agent.destroy()
    await Promise.all([service.stop(), alone.close()])
    for (const { dataDirectory } of [settings, other]) await rm(dataDirectory, { recursive: true })
    return [
      {
        ...cost(
          'One image through `classify` over HTTP, and through the encoder alone',
          taken.classify,
          taken.encoder,
        ),
        ratio: `${ms(more)} more at the median`,
      },
    ]
  },
}

/** The answer to a request on a connection that is kept. It costs the client less than `fetch`, whose time is not the service's. */
function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST', headers: { 'content-type': 'application/json' } })
    sent.on('error', reject)
    sent.on('response', (response) => text(response).then(resolve, reject))
    sent.end(body)
  })
}

/**
 * `shotboard classify` over many files, and the encoder alone over the same ones, a chunk of files each in turns; with the
 * memory of the command by itself.
 */
export const classifyMany = (count: number): Benchmark => ({
  name: `classify-${count}`,
  async run() {
    const settings = await newSettings()
    const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-images-'))
    const files = await testImages()
    for (let i = 0; i < count; i++) await copyFile(files[i % files.length] ?? '', join(folder, `${i}.png`))
    const library = await openLibrary(settings)
    const spaces = await makeClassifier(library)
    const speed = await inTurns(library, spaces, folder, settings)
    await library.close()
    const few = await commandOver(folder.concat('-none'), settings.dataDirectory, files.slice(0, 200))
    const many = await commandOver(folder, settings.dataDirectory)
    await rm(folder, { recursive: true })
    await rm(settings.dataDirectory, { recursive: true })
    return [
      speed,
      {
        quantity: `Peak memory of \`shotboard classify\` with ${count} images, and with 200`,
        ours: `${many.mebibytes} MiB`,
        baseline: `${few.mebibytes} MiB`,
      },
    ]
  },
})

async function inTurns(
  library: OpenedLibrary,
  spaces: readonly string[],
  folder: string,
  settings: Awaited<ReturnType<typeof newSettings>>,
): Promise<Row> {
  const loaded = await library.classifiers.load('bench')
  const encoder = library.encoders.default
  const { chunks, close, total } = await imageFilesOf([folder], settings)
  const taken = { classify: [] as number[], encoder: [] as number[] }
  for await (const chunk of chunks) {
    const images = chunk.map(({ file: id, bytes }) => ({ id, bytes, error: null }))
    const works = {
      classify: () => library.classifiers.classifyRead(loaded, images, 1),
      encoder: () =>
        encoder.encodeImages(
          images.map(({ id, bytes }) => ({ id, read: async () => bytes })),
          { spaces },
        ),
    }
    const order =
      taken.classify.length % 2 === 0
        ? (['classify', 'encoder'] as const)
        : (['encoder', 'classify'] as const)
    for (const name of order) taken[name].push(await onceMs(works[name]))
  }
  await close()
  const sum = (all: readonly number[]) => all.slice(2).reduce((total, each) => total + each, 0)
  const speed = sum(taken.encoder) / sum(taken.classify)
  return {
    ...cost(
      `Classifying ${total} files, and encoding them alone, by chunks of 64`,
      taken.classify,
      taken.encoder,
    ),
    ratio: `${speed.toFixed(3)} of its speed, at ${peakMemory()}`,
  }
}

/** Runs the command over a folder, or over files, and tells its peak memory. */
async function commandOver(folder: string, data: string, files?: readonly string[]) {
  const command = spawn(
    '/usr/bin/env',
    [
      process.execPath,
      '--import',
      `data:text/javascript,process.on('exit',()=>console.error('peak '+process.resourceUsage().maxRSS))`,
      join(root, 'dist/cli/shotboard.js'),
      ...['classify', 'bench', ...(files ?? [folder]), '--csv', '/dev/null'],
    ],
    { env: { ...process.env, SHOTBOARD_DATA_DIR: data }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  command.stderr.on('data', (text) => {
    said += text
  })
  const [code] = await once(command, 'close')
  const peak = /peak (\d+)/.exec(said)?.[1]
  if (code !== 0 || peak === undefined) throw new Error(said)
  return { mebibytes: Math.round(Number(peak) / 1024) }
}

async function newSettings() {
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
  return readSettings({ PORT: '0', SHOTBOARD_DATA_DIR: folder, SHOTBOARD_LOG_LEVEL: 'silent' })
}

/** A classifier of the demo's classes with 8 images each. Returns the spaces of the encoder that it reads. */
async function makeClassifier(library: OpenedLibrary): Promise<readonly string[]> {
  const { dataset } = await library.imports.importPath(demo)
  const set = await library.supportSets.create({ dataset: dataset.id, shots: 8, seed: 1, augmentations: 1 })
  await library.classifiers.create({
    name: 'bench',
    supportSet: set.id,
    method: 'tip-adapter++',
    space: 'shrunk',
  })
  const { encoderSpace } = await library.classifiers.load('bench')
  return [...new Set(['clip', encoderSpace])]
}

async function testImages(): Promise<string[]> {
  const test = join(demo, 'test')
  return (await readdir(test, { recursive: true }))
    .filter((name) => name.endsWith('.png'))
    .map((name) => join(test, name))
}

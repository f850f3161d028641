import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { imageIdOf } from '../../src/store/image-files.js'
import { seeded } from '../../src/system/random.js'
import { tarOf, zipOf } from '../helpers/archives.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { killsIn } from '../helpers/kills.js'
import { openTestLibrary } from '../helpers/library.js'
import { built, root } from '../helpers/programs.js'
import { tinyPng } from '../helpers/tiny-png.js'

const title = built ? 'kills during imports' : 'kills during imports (skipped: run `npm run build` first)'

/** Data folders that are worked on at the same time, and how often each one's process is killed. */
const { lanes, each: killsEach } = killsIn(2)
const imagesPerArchive = 300
const imagesToAdd = 40
/** That it is open, what it imports, its dataset, each image added, and that it is done. */
const linesTold = imagesToAdd + 4

const lineSchema = z.object({
  open: z.boolean().optional(),
  import: z.string().optional(),
  dataset: z.string().optional(),
  image: z.string().optional(),
})
type Line = z.infer<typeof lineSchema>

/** Runs the process until it is killed, a random moment after a random number of lines; what it told until then. */
function liveAndDie(parameters: readonly string[], random: ReturnType<typeof seeded>): Promise<Line[]> {
  const child = spawn(process.execPath, [join(root, 'test/faults/import-until-killed.mjs'), ...parameters], {
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => child.kill('SIGKILL')
  const linesToLive = random.integer(linesTold + 1)
  if (linesToLive === 0) setTimeout(kill, random.next() * 1000)
  const lines: Line[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const before = lines.length
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) lines.push(lineSchema.parse(JSON.parse(part)))
    if (before < linesToLive && lines.length >= linesToLive) setTimeout(kill, random.next() * 40)
  })
  return new Promise((resolve) => {
    child.on('close', (_, signal) => {
      expect(signal).toBe('SIGKILL')
      resolve(lines)
    })
  })
}

describe.skipIf(!built)(title, { concurrent: true }, () => {
  test.each(Array.from({ length: lanes }, (_, lane) => lane))(
    'lane %i: everything acknowledged is there, every import goes on to its end unless two kills hit it, and nothing is counted twice',
    { timeout: 180_000 },
    async (lane) => {
      const random = seeded('import kills', lane)
      const [folder, inputs] = [await temporaryFolder(), await temporaryFolder()]
      const told: Line[] = []
      for (let life = 0; life < killsEach; life++) {
        const first = (lane * killsEach + life) * 10_000
        const files: Record<string, Buffer> = { 'a/broken.png': Buffer.from('no image') }
        for (let i = 0; i < imagesPerArchive; i++) files[`${i % 2 ? 'a' : 'b'}/${i}.png`] = tinyPng(first + i)
        const archive = join(inputs, `${life}.${life % 2 ? 'zip' : 'tar.gz'}`)
        await writeFile(archive, life % 2 ? zipOf(files) : await tarOf(files))
        const images = join(inputs, `images ${life}`)
        await mkdir(images)
        for (let i = 0; i < imagesToAdd; i++) {
          const image = tinyPng(first + 5000 + i)
          await writeFile(join(images, imageIdOf(image)), image)
        }
        told.push(...(await liveAndDie([folder, archive, images], random)))
      }

      const library = await openTestLibrary(folder)
      const imports = told.flatMap((line) => line.import ?? [])
      const rows = await Promise.all(imports.map((id) => library.imports.ended(id)))
      for (const row of rows) {
        // An import that two kills hit is not started a third time. What it had added until then counts.
        if (row.errorCode === 'JOB_ENDED_PROCESS') {
          expect(row.position).toBe(row.added + row.duplicates + row.rejectedCount)
          continue
        }
        expect(row).toMatchObject({
          status: 'SUCCEEDED',
          files: imagesPerArchive + 1,
          position: imagesPerArchive + 1,
          added: imagesPerArchive,
          duplicates: 0,
          rejectedCount: 1,
          rejected: [{ file: 'a/broken.png', code: 'INVALID_IMAGE' }],
        })
        const images = await library.store.datasets.images(row.datasetId ?? '')
        expect(new Set(images.map(({ imageId }) => imageId)).size).toBe(imagesPerArchive)
      }
      // An import that was stored and not yet acknowledged may be there as well.
      expect(await library.store.imports.unfinished()).toEqual([])

      const acknowledged = new Map<string, string[]>()
      for (const { dataset, image } of told) {
        if (dataset)
          acknowledged.set(dataset, [...(acknowledged.get(dataset) ?? []), ...(image ? [image] : [])])
      }
      for (const [dataset, images] of acknowledged) {
        const there = new Set((await library.store.datasets.images(dataset)).map(({ imageId }) => imageId))
        expect(images.filter((image) => !there.has(image))).toEqual([])
      }

      // Rows and files are the same, and every file is what its name says.
      const files = await filesBelow(join(folder, 'images'))
      const known = new Set(await library.store.images.known(files.map((path) => path.slice(-64))))
      const bad: string[] = []
      for (const path of files) {
        if (imageIdOf(await readFile(path)) !== path.slice(-64) || !known.has(path.slice(-64))) bad.push(path)
      }
      expect(bad).toEqual([])
      const datasets = (await library.store.datasets.page({ first: 100 })).nodes
      const inDatasets = await Promise.all(datasets.map(({ id }) => library.store.datasets.images(id)))
      expect(new Set(inDatasets.flat().map(({ imageId }) => imageId)).size).toBe(files.length)
      expect(await filesBelow(join(folder, 'archives'))).toEqual([])
      expect(await filesBelow(join(folder, 'unsettled'))).toEqual([])
      // Some of the kills hit an import or an image in the middle, or the test would say nothing.
      expect(imports.length).toBeGreaterThan(1)
      expect(told.length).toBeLessThan(killsEach * linesTold)
    },
  )
})

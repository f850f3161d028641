import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { pngHeader } from '../helpers/pictures.js'
import { built, runProgram, title } from '../helpers/programs.js'
import { tinyPng } from '../helpers/tiny-png.js'

async function ask<T>(url: string, query: string, variables: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown }
  if (!data) throw new Error(JSON.stringify(errors))
  return data
}

const newDataset = async (url: string) =>
  (
    await ask<{ createDataset: { dataset: { id: string } } }>(
      url,
      'mutation { createDataset(input: { name: "Attacked", classes: [{ name: "any" }] }) { dataset { id } } }',
      {},
    )
  ).createDataset.dataset.id

interface Added {
  readonly added: number
  readonly rejected: readonly { position: number; code: string; reason: string }[]
}

const add = async (url: string, dataset: string, images: readonly Buffer[]) =>
  (
    await ask<{ addImages: Added }>(
      url,
      'mutation ($input: AddImagesInput!) { addImages(input: $input) { added rejected { position code reason } } }',
      {
        input: {
          dataset,
          images: images.map((image) => ({
            image: { base64: image.toString('base64') },
            class: 'any',
            split: 'TEST',
          })),
        },
      },
    )
  ).addImages

/** The resident memory of a process and its children, in megabytes. Only Linux tells. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const others = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(memoryOf))
  return others.reduce((sum, each) => sum + each, own)
}

/** An SVG of few bytes that names ten times ten times … elements. */
const nested = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg"><defs><g id="u0"><rect width="1" height="1"/></g>${Array.from(
    { length: 15 },
    (_, i) => `<g id="u${i + 1}">${`<use href="#u${i}"/>`.repeat(10)}</g>`,
  ).join('')}</defs><use href="#u15"/></svg>`,
)

/** An AVIF of a kilobyte with 8000 × 8000 pixels. A box of no meaning at its end makes each another image. */
const large = await readFile(new URL('./fixtures/8000x8000.avif', import.meta.url))
const avif = (variant: number): Buffer => {
  const box = Buffer.alloc(12)
  box.writeUInt32BE(12)
  box.write('free', 4)
  box.writeUInt32BE(variant, 8)
  return Buffer.concat([large, box])
}

/** A PNG with pixels, one column wide. */
function column(height: number): Buffer {
  const header = pngHeader(1, height)
  const ihdr = header.subarray(0, 33)
  const data = deflateSync(Buffer.alloc(height * 4), { level: 1 })
  const idat = Buffer.alloc(12 + data.length)
  idat.writeUInt32BE(data.length)
  idat.write('IDAT', 4)
  data.copy(idat, 8)
  return Buffer.concat([ihdr, idat])
}

describe.skipIf(!built)(title, () => {
  test('images of little size and much work are refused or take bounded memory, and the service answers', async () => {
    const program = await runProgram('start')
    const url = await program.printed(/ready at (\S+)/)
    const dataset = await newDataset(url)
    const pid = program.child.pid ?? 0
    const before = await memoryOf(pid)
    let peak = 0
    const look = setInterval(async () => {
      peak = Math.max(peak, await memoryOf(pid))
    }, 50)
    const attack = add(url, dataset, [
      nested,
      column(60_000_000),
      column(65_536),
      ...[1, 2, 3, 4, 5, 6, 7, 8].map(avif),
    ])
    // Others are served meanwhile.
    expect(await ask(url, '{ datasets { nodes { id } } }', {})).toMatchObject({
      datasets: { nodes: [{ id: dataset }] },
    })
    const { added, rejected } = await attack
    clearInterval(look)
    expect(rejected).toMatchObject([
      { position: 0, code: 'INVALID_IMAGE', reason: expect.stringContaining('it is an SVG') },
      { position: 1, code: 'IMAGE_TOO_LARGE' },
      { position: 2, code: 'IMAGE_TOO_LARGE' },
    ])
    expect(added).toBe(8)
    // One such image takes about 1100 MB; eight at once took 5 GB.
    expect(peak - before).toBeLessThan(2500)
    expect(await add(url, dataset, [tinyPng(1)])).toEqual({ added: 1, rejected: [] })
    program.child.kill('SIGTERM')
    await program.ended
  })

  test('SIGTERM ends the service within ten seconds while it decodes', async () => {
    const program = await runProgram('start')
    const url = await program.printed(/ready at (\S+)/)
    const dataset = await newDataset(url)
    const images = Array.from({ length: 12 }, (_, i) => avif(i))
    const attack = add(url, dataset, images).then(
      () => 'answered',
      () => 'cut',
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const started = performance.now()
    program.child.kill('SIGTERM')
    await program.ended
    expect(performance.now() - started).toBeLessThan(10_000)
    await attack
  })
})

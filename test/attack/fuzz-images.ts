// Decodes mutated images, a few at a time, by the processes that decode images: node --import tsx fuzz-images.ts COUNT SEED. Prints
// how many of each outcome there were, by format. It runs in a process of its own, so that an error without a handler ends this
// process and not that of the tests.
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { ShotboardError } from '../../src/errors.js'
import { openImageWorkers } from '../../src/images/workers/image-workers.js'
import { seeded } from '../../src/system/random.js'

const [count = 100, seed = 1] = process.argv.slice(2).map(Number)
const random = seeded('images', seed)

/** Small files of every format, by ending. */
const folder = new URL('../images/corpus/', import.meta.url)
const originals = new Map<string, Buffer[]>()
for (const name of (await readdir(folder)).sort()) {
  const ending = extname(name).slice(1)
  if (ending === 'json') continue
  originals.set(ending, [...(originals.get(ending) ?? []), await readFile(new URL(name, folder))])
}

const chosen = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T

/** A place anywhere, or in the header, where sizes and counts are. */
const place = (bytes: Buffer): number =>
  random.integer(random.next() < 0.6 ? Math.min(bytes.length, 128) : bytes.length)

const absurd = [0, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000, 65_535, 30_000]

type Mutate = (bytes: Buffer, other: Buffer) => Buffer
const mutations: readonly Mutate[] = [
  (bytes) => {
    for (let i = 0; i <= random.integer(6); i++) {
      const at = place(bytes)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
    }
    return bytes
  },
  (bytes) => {
    const at = Math.max(0, Math.min(place(bytes), bytes.length - 4))
    if (bytes.length < 4) return bytes
    if (random.next() < 0.5) bytes.writeUInt32LE(chosen(absurd), at)
    else bytes.writeUInt32BE(chosen(absurd), at)
    return bytes
  },
  (bytes) => {
    const at = Math.max(0, Math.min(place(bytes), bytes.length - 2))
    if (bytes.length < 2) return bytes
    if (random.next() < 0.5) bytes.writeUInt16LE(chosen(absurd) & 0xffff, at)
    else bytes.writeUInt16BE(chosen(absurd) & 0xffff, at)
    return bytes
  },
  (bytes) => bytes.subarray(0, random.integer(bytes.length)),
  (bytes) => Buffer.concat([bytes.subarray(0, place(bytes)), bytes.subarray(place(bytes))]),
  // The head of one image, the rest of another.
  (bytes, other) => Buffer.concat([bytes.subarray(0, place(bytes)), other.subarray(place(other))]),
  (bytes) => bytes.fill(random.integer(256), place(bytes), place(bytes)),
]

const workers = openImageWorkers({ maxProcesses: 2, timeLimitMs: 15_000 })

/** What becomes of an image: whatever is taken must have a thumbnail too. */
async function outcomeOf(bytes: Buffer): Promise<string> {
  try {
    await workers.check(bytes, 64)
  } catch (error) {
    return codeOf(error)
  }
  return workers.thumbnail(bytes, 64).then(
    () => 'decoded',
    (error: unknown) => `no thumbnail: ${codeOf(error)}: ${(error as Error).message}`,
  )
}

function codeOf(error: unknown): string {
  if (!(error instanceof ShotboardError)) return `without a code: ${(error as Error).stack}`
  if (error.message.includes('its decoder ended')) return 'DECODER_ENDED'
  return error.code
}

const outcomes: Record<string, Record<string, number>> = {}
const formats = [...originals.keys()]

async function tryOne(i: number): Promise<void> {
  const format = formats[i % formats.length] as string
  const files = originals.get(format) ?? []
  const bytes = chosen(mutations)(Buffer.from(chosen(files)), chosen(files))
  const outcome = await outcomeOf(bytes)
  const ofFormat = outcomes[format] ?? {}
  outcomes[format] = { ...ofFormat, [outcome]: (ofFormat[outcome] ?? 0) + 1 }
}

// Images are made in their order, whatever order they end in, so that a seed says what they are.
const inFlight = new Set<Promise<void>>()
for (let i = 0; i < count; i++) {
  const work = tryOne(i).finally(() => inFlight.delete(work))
  inFlight.add(work)
  if (inFlight.size >= 4) await Promise.race(inFlight)
}
await Promise.all(inFlight)
await workers.close()
console.log(JSON.stringify(outcomes))

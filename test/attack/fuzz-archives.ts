// Opens mutated archives one after the other: node --import tsx fuzz-archives.ts COUNT SEED. Prints how many of each outcome there were.
// It runs in a process of its own, so that an error without a handler ends this process and not that of the tests.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { type Header, pack } from 'tar-stream'
import { openArchive } from '../../src/sources/archive.js'
import { layOut } from '../../src/sources/layout.js'
import { defaultSplitRule } from '../../src/sources/split-rule.js'
import { seeded } from '../../src/system/random.js'

const [count = 100, seed = 1] = process.argv.slice(2).map(Number)
const random = seeded('archives', seed)
const folder = await mkdtemp(join(tmpdir(), 'fuzz-archives-'))
const limits = {
  maxArchiveMegabytes: 8,
  maxArchiveEntries: 100,
  maxArchiveExpandedMegabytes: 64,
  maxArchiveRatio: 100,
  maxImportedFileMegabytes: 1,
}

type Mutate = (bytes: Buffer) => Buffer

/** Content that packs well or hardly. */
const content = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (length % 2 ? random.integer(256) : i % 7)))
const files = Object.fromEntries(
  [300_001, 700, 150_001, 70_000, 0, 250_001].map((length, i) => [
    `train/c${i % 2}/${i}.png`,
    content(length),
  ]),
)

async function tarOf(
  entries: Record<string, Buffer>,
  headers: readonly Partial<Header>[] = [],
): Promise<Buffer> {
  const tar = pack()
  for (const header of headers) tar.entry({ name: 'nameless', ...header })
  for (const [name, bytes] of Object.entries(entries)) tar.entry({ name }, bytes)
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const long = { [`train/${'x'.repeat(150)}/ü${'y'.repeat(90)}.png`]: content(500), ...files }
const links: Partial<Header>[] = [{ name: 'train/c0/link', type: 'symlink', linkname: '../../etc' }]
const plain = await tarOf(files)
const pax = await tarOf(long, links)

/** Mutates before or after packing with gzip. */
const gzipped =
  (tar: Buffer) =>
  (mutate: Mutate): Buffer =>
    random.next() < 0.3 ? mutate(gzipSync(tar)) : gzipSync(mutate(tar), { level: 1 })
const unpacked =
  (bytes: Uint8Array) =>
  (mutate: Mutate): Buffer =>
    mutate(Buffer.from(bytes))
const fixture = (name: string) => readFile(new URL(`../sources/fixtures/${name}`, import.meta.url))
const kinds: Record<string, (mutate: Mutate) => Buffer> = {
  'deflated zip': unpacked(zipSync(files)),
  'stored zip': unpacked(zipSync(files, { level: 0 })),
  'zip with extra fields': unpacked(
    zipSync(files, { extra: { 1: new Uint8Array(24), 28789: new Uint8Array(9) } }),
  ),
  'zip of many entries': unpacked(
    zipSync(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`c${i % 3}/${i}.png`, content(40)]))),
  ),
  tar: unpacked(plain),
  'tar with long names': unpacked(pax),
  'tar.gz': gzipped(plain),
  'tar.gz with long names': gzipped(pax),
  'tar.bz2': unpacked(await fixture('plain.tar.bz2')),
  'tar.xz': unpacked(await fixture('two-streams.tar.xz')),
}

const absurd = [0, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000, 100]
/** A place anywhere, or near the end, where a zip has its index, or at the start of a header of a tar. */
const place = (bytes: Buffer): number =>
  ([
    random.integer(bytes.length),
    bytes.length - 1 - random.integer(Math.min(900, bytes.length)),
    512 * random.integer(Math.ceil(bytes.length / 512)) + random.integer(160),
  ][random.integer(3)] ?? 0) % bytes.length
const mutations: readonly Mutate[] = [
  (bytes) => {
    for (let k = 0; k <= random.integer(4); k++) {
      const at = place(bytes)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
    }
    return bytes
  },
  (bytes) => {
    const at = Math.min(place(bytes), bytes.length - 4)
    bytes.writeUInt32LE(absurd[random.integer(absurd.length)] ?? 0, at)
    return bytes
  },
  (bytes) => bytes.subarray(0, random.integer(bytes.length)),
  (bytes) => {
    const at = place(bytes)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(place(bytes))])
  },
  // A size that lies, in the index of a zip.
  (bytes) => {
    const at = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'), random.integer(bytes.length))
    if (at >= 0 && at + 28 < bytes.length)
      bytes.writeUInt32LE(random.integer(2000), at + 20 + 4 * random.integer(2))
    return bytes
  },
  // A size in octal, as in a tar.
  (bytes) => {
    const at = 512 * random.integer(Math.ceil(bytes.length / 512)) + 124
    if (at + 12 < bytes.length)
      bytes.write(
        random
          .integer(2 ** 31)
          .toString(8)
          .padStart(11, '0'),
        at,
      )
    return bytes
  },
]

async function read(path: string): Promise<string> {
  const source = await openArchive({ path, name: 'x' }, limits)
  try {
    const { images } = await layOut(source, { splitRule: defaultSplitRule })
    const reading: Promise<unknown>[] = []
    let rejected = 0
    for await (const reader of source.readers(images.map(({ file }) => file))) {
      reading.push(reader().catch(() => rejected++))
      // Some consumers leave early, and close the archive while it is still read.
      if (random.next() < 0.02) return 'left'
      if (reading.length >= 8) await reading.shift()
    }
    await Promise.all(reading)
    return rejected > 0 ? 'read in part' : 'read'
  } finally {
    await source.close()
  }
}

const outcomes: Record<string, number> = {}
const builders = Object.entries(kinds)
for (let i = 0; i < count; i++) {
  const [kind, build] = builders[i % builders.length] as (typeof builders)[number]
  const mutate = mutations[random.integer(mutations.length)] as Mutate
  const path = join(folder, String(i))
  await writeFile(
    path,
    build((bytes) => mutate(Buffer.from(bytes))),
  )
  let timer: NodeJS.Timeout | undefined
  const hung = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`hung: ${kind} ${i}`), 20_000)
  })
  const outcome = await Promise.race([
    read(path).catch((error) => error.code ?? `${kind} ${i}: ${error.stack}`),
    hung,
  ])
  clearTimeout(timer)
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  await rm(path)
}
// What a library still throws, it throws now.
await new Promise((resolve) => setTimeout(resolve, 100))
await rm(folder, { recursive: true })
console.log(JSON.stringify(outcomes))

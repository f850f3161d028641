import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { openArchive } from '../../src/sources/archive.js'
import { fileOf, tarOf, zipOf } from '../helpers/archives.js'
import { contents, kinds, limits, text } from './archive-contents.js'

describe.each(kinds)('a .%s', (kind, archiveOf) => {
  test('is read file by file, and some of its files alone', async () => {
    const archive = await archiveOf({ 'a/1.png': text('one'), 'a/2.png': text(''), 'b/ü.png': text('three') })
    expect(await contents(`x.${kind}`, archive)).toEqual([
      ['a/1.png', 'one'],
      ['a/2.png', ''],
      ['b/ü.png', 'three'],
    ])
    expect(await contents(`x.${kind}`, archive, /^b/)).toEqual([['b/ü.png', 'three']])
    expect(await contents(`x.${kind}`, archive, /nothing/)).toEqual([])
  })

  test('is known by its bytes and not by its name, which it gives without the ending', async () => {
    const { path } = await fileOf('upload', await archiveOf({ a: text('one') }))
    const source = await openArchive({ path, name: `some/flowers.${kind}` }, limits)
    expect(source.name).toBe('flowers')
    await source.close()
  })

  test('leaves hidden files and what macOS adds alone', async () => {
    const files = {
      '.DS_Store': text('x'),
      '__MACOSX/a/._1.png': text('x'),
      'a/.hidden': text('x'),
      'a/1.png': text('one'),
    }
    expect(await contents(`x.${kind}`, await archiveOf(files))).toEqual([['a/1.png', 'one']])
  })

  test.each(['../1.png', 'a/../../1.png', '/etc/1.png', 'C:/1.png', 'a\\..\\..\\1.png'])(
    'with the path %s is refused',
    async (path) => {
      await expect(
        contents(`x.${kind}`, await archiveOf({ 'a/1.png': text('1'), [path]: text('2') })),
      ).rejects.toMatchObject({ code: 'ARCHIVE_PATH_LEAVES_FOLDER' })
    },
  )

  test('with too many entries is refused', async () => {
    const files = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`a/${i}`, text(String(i))]))
    await expect(contents(`x.${kind}`, await archiveOf(files))).rejects.toMatchObject({
      code: 'ARCHIVE_TOO_MANY_ENTRIES',
    })
  })

  test('that is larger than the limit is refused', async () => {
    const noise = randomBytes(4 * 2 ** 20 + 1)
    await expect(contents(`x.${kind}`, await archiveOf({ a: noise }))).rejects.toMatchObject({
      code: 'ARCHIVE_TOO_LARGE',
    })
  })

  test.skipIf(kind === 'tar')('that unpacks to hundreds of times its size is refused first', async () => {
    const bomb = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`a/${i}`, Buffer.alloc(8 * 2 ** 20)]),
    )
    await expect(contents(`x.${kind}`, await archiveOf(bomb))).rejects.toMatchObject({
      code: 'ARCHIVE_PACKED_TOO_TIGHTLY',
    })
  })

  test('that unpacks to more than the limit is refused', async () => {
    const source = await openArchive(
      await fileOf(`x.${kind}`, await archiveOf({ a: Buffer.alloc(3 * 2 ** 20) })),
      {
        ...limits,
        maxArchiveExpandedMegabytes: 2,
      },
    )
    await expect(source.files()).rejects.toMatchObject({ code: 'ARCHIVE_UNPACKS_TOO_LARGE' })
    await source.close()
  })

  test('with a file that is too large reads the others', async () => {
    const files = { 'a/1': Buffer.alloc(2 ** 20 + 1), 'a/2': text('two') }
    expect(await contents(`x.${kind}`, await archiveOf(files))).toEqual([
      ['a/1', 'FILE_TOO_LARGE'],
      ['a/2', 'two'],
    ])
  })
})

test('links in a .tar.gz are told as what cannot be read, and never followed', async () => {
  const links = [
    { name: 'a/link', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'a/hard', type: 'link', linkname: 'a/1.png' },
  ] as const
  expect(await contents('x.tar.gz', await tarOf({ 'a/1.png': text('one') }, links))).toEqual([
    ['a/link', 'INVALID_IMAGE'],
    ['a/hard', 'INVALID_IMAGE'],
    ['a/1.png', 'one'],
  ])
})

test('a zip that lies about the size of a file gives no more than it says', async () => {
  const content = Buffer.alloc(50_000, 7)
  const zip = zipOf({ 'a/1.png': content })
  const real = Buffer.alloc(4)
  real.writeUInt32LE(content.length)
  // In the local header and in the central directory.
  for (let at = zip.indexOf(real); at >= 0; at = zip.indexOf(real, at)) zip.writeUInt32LE(10, at)
  expect(deflateRawSync(content).length).toBeLessThan(zip.length)
  expect(await contents('x.zip', zip)).toEqual([['a/1.png', 'INVALID_IMAGE']])
})

test.each([
  ['no bytes', Buffer.alloc(0)],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47])],
  ['a tar with no files', Buffer.alloc(1024)],
  ['a rar', Buffer.from('Rar!')],
])('%s is no archive', async (_, bytes) => {
  await expect(contents('x.zip', bytes)).rejects.toMatchObject({ code: 'UNSUPPORTED_ARCHIVE' })
})

test('what is packed and no tar is an invalid archive', async () => {
  await expect(contents('x.tar.gz', gzipSync(Buffer.alloc(5000, 65)))).rejects.toMatchObject({
    code: 'INVALID_ARCHIVE',
  })
})

/** An archive as people have it. */
const found = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url))

test.each([
  'dot-slash.zip',
  'plain.tar',
  'plain.tar.bz2',
  'plain.tar.xz',
  'two-streams.tar.bz2',
  'two-streams.tar.xz',
])('the paths in %s are plain', async (name) => {
  expect((await contents(name, await found(name))).map(([path]) => path).sort()).toEqual([
    'cat/0.jpg',
    'cat/1.jpg',
    'cat/2.jpg',
    'dog/0.jpg',
    'dog/1.jpg',
    'dog/2.jpg',
  ])
})

/** The reasons why files of an archive cannot be read. */
async function reasons(name: string, bytes: Uint8Array): Promise<string[]> {
  const source = await openArchive(await fileOf(name, bytes), limits)
  const messages: string[] = []
  for await (const read of source.readers(await source.files())) {
    await read().catch((error) => messages.push(error.message))
  }
  await source.close()
  return messages
}

test('files that are packed in another way are rejected, with what to do', async () => {
  const messages = await reasons('lzma.zip', await found('lzma.zip'))
  expect(messages.length).toBe(6)
  expect(new Set(messages)).toEqual(
    new Set([
      expect.stringContaining('it is packed with LZMA, which is not supported; pack the archive again'),
    ]),
  )
})

test('two entries of a zip with one path are both read', async () => {
  const zip = zipOf({ 'a/1.png': text('one'), 'a/2.png': text('two') })
  for (let at = zip.indexOf('a/2.png'); at >= 0; at = zip.indexOf('a/2.png', at)) zip.write('a/1.png', at)
  expect(await contents('x.zip', zip)).toEqual([
    ['a/1.png', 'one'],
    ['a/1.png', 'two'],
  ])
})

test('the reason why an archive is invalid ends with one full stop', async () => {
  const cut = zipOf({ 'a/1.png': text('one') }).subarray(0, 60)
  await expect(contents('x.zip', cut)).rejects.toThrow(/truncated\.$/)
})

test('a file with another checksum than the archive says is rejected', async () => {
  expect(await reasons('bad-crc.zip', await found('bad-crc.zip'))).toEqual([
    expect.stringContaining('its checksum is another one than the archive says'),
  ])
})

test('an encrypted file is rejected, with what to do', async () => {
  const zip = zipOf({ 'a/1.png': text('one') })
  for (const [signature, flags] of [
    ['PK\x03\x04', 6],
    ['PK\x01\x02', 8],
  ] as const) {
    const at = zip.indexOf(Buffer.from(signature, 'latin1')) + flags
    zip.writeUInt16LE(zip.readUInt16LE(at) | 1, at)
  }
  expect(await reasons('x.zip', zip)).toEqual([expect.stringContaining('without a password')])
})

test.each(['bz2', 'xz'])(
  'a .tar.%s holds what the .tar holds, and is named without its ending',
  async (ending) => {
    const name = `plain.tar.${ending}`
    expect(await contents(name, await found(name))).toEqual(
      await contents('plain.tar', await found('plain.tar')),
    )
    const source = await openArchive(await fileOf(name, await found(name)), limits)
    expect(source.name).toBe('plain')
  },
)

test.each(['bz2', 'xz'])(
  'a .tar.%s that unpacks to thousands of times its size is refused',
  async (ending) => {
    const bomb = await found(`bomb.tar.${ending}`)
    await expect(contents('x', bomb)).rejects.toMatchObject({ code: 'ARCHIVE_PACKED_TOO_TIGHTLY' })
  },
)

test.each(['plain.tar.bz2', 'plain.tar.xz'])(
  '%s that is damaged or cut short is an invalid archive',
  async (name) => {
    const bytes = await found(name)
    const flipped = Buffer.from(bytes)
    flipped[1500] = (flipped[1500] ?? 0) ^ 1
    for (const [damaged, reason] of [
      [flipped, 'it is damaged'],
      [bytes.subarray(0, 2000), 'it ends too early'],
      ...(name.endsWith('xz')
        ? ([[Buffer.concat([bytes, text('something else')]), 'cannot be imported']] as const)
        : []),
    ] as const) {
      const reading = contents('x', damaged)
      await expect(reading).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
      await expect(reading).rejects.toThrow(reason)
    }
  },
)

test.each([
  ['sha256.tar.xz', 'a checksum that is not supported; pack it again'],
  ['large-dictionary.tar.xz', 'more than 64 MB of memory to unpack; pack it again'],
  ['text.bz2', 'x cannot be imported'],
])('%s is an invalid archive', async (name, reason) => {
  const reading = contents('x', await found(name))
  await expect(reading).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
  await expect(reading).rejects.toThrow(reason)
})

test.each([
  ['Zstandard', '\x28\xb5\x2f\xfd'],
  ['7-Zip', "7z\xbc\xaf'\x1c"],
  ['RAR', 'Rar!\x1a'],
])('an archive of %s is refused, with what to do', async (name, magic) => {
  const opening = contents('x', Buffer.from(magic, 'latin1'))
  await expect(opening).rejects.toMatchObject({ code: 'UNSUPPORTED_ARCHIVE' })
  await expect(opening).rejects.toThrow(`packed with ${name}, which is not supported. Unpack it`)
})

test('a tar of before 1988, without a signature, is read', async () => {
  const archive = await tarOf({ 'a/1.png': text('one') })
  const old = Buffer.from(archive)
  for (let at = 0; at < old.length; at += 512) {
    if (old.toString('latin1', at + 257, at + 262) !== 'ustar') continue
    old.fill(0, at + 257, at + 265)
    old.fill(' ', at + 148, at + 156)
    const sum = old.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
    old.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
  expect(await contents('x.tar', old)).toEqual([['a/1.png', 'one']])
})

test('a zip that unpacks itself is read behind its program', async () => {
  const program = Buffer.from('MZ'.padEnd(1000, '\0'))
  const archive = await zipOf({ 'a/1.png': text('one') })
  const moved = Buffer.concat([program, archive])
  for (let at = program.length; at < moved.length - 4; at++) {
    const mark = moved.toString('latin1', at, at + 4)
    if (mark === 'PK\x01\x02') moved.writeUInt32LE(moved.readUInt32LE(at + 42) + program.length, at + 42)
    if (mark === 'PK\x05\x06') moved.writeUInt32LE(moved.readUInt32LE(at + 16) + program.length, at + 16)
  }
  expect(await contents('setup.exe', moved)).toEqual([['a/1.png', 'one']])
})

test('a zip with a program before it, and bytes behind it, is read, though its places count from its own beginning', async () => {
  const around = [Buffer.from('MZ'.padEnd(1000, 'x')), Buffer.from('\n'.repeat(70))] as const
  const bytes = Buffer.concat([
    around[0],
    zipOf({ 'a/1.png': text('one'), 'b/2.png': text('two') }),
    around[1],
  ])
  bytes.write('PK\x03\x04', 0, 'latin1')
  expect(await contents('x.zip', bytes)).toEqual([
    ['a/1.png', 'one'],
    ['b/2.png', 'two'],
  ])
})

test.each([
  ['UTF-8', Buffer.from('é'), 'caé.png'],
  ['CP437', Buffer.from([0x82, 0x21]), 'caé!.png'],
])('names of a zip in %s are read where nothing says so', async (_, bytes, name) => {
  const zip = Buffer.from(zipOf({ 'ca12.png': text('one') }))
  // In the local header and in the central directory.
  for (let at = zip.indexOf('12.png'); at >= 0; at = zip.indexOf('12.png', at)) bytes.copy(zip, at)
  expect(await contents('x.zip', zip)).toEqual([[name, 'one']])
})

test('a link in a zip is told as what cannot be read', async () => {
  const zip = Buffer.from(zipOf({ 'a/1.png': text('one'), 'a/2.png': text('1.png') }))
  const entry = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1')
  zip[entry + 5] = 3
  zip.writeUInt32LE(0o120777 * 2 ** 16, entry + 38)
  expect(await contents('x.zip', zip)).toEqual([
    ['a/1.png', 'one'],
    ['a/2.png', 'INVALID_IMAGE'],
  ])
})

test('names of a tar with the separators of Windows are paths', async () => {
  expect(
    await contents('x.tar.gz', await tarOf({ 'a\\b\\1.png': text('one'), 'a/2\\.png': text('two') })),
  ).toEqual([
    ['a/b/1.png', 'one'],
    ['a/2\\.png', 'two'],
  ])
})

describe('a file that a tar holds without its empty parts is told as what cannot be read', () => {
  test("as GNU's tar writes it", async () => {
    const tar = gunzipSync(await tarOf({ 'a/1.png': text('one'), 'a/2.png': text('two') }))
    tar.write('S', 156, 'latin1')
    tar.fill(' ', 148, 156)
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    expect(await contents('x.tar', tar)).toEqual([
      ['a/1.png', 'INVALID_IMAGE'],
      ['a/2.png', 'two'],
    ])
  })

  test('as POSIX has it', async () => {
    const tar = pack()
    const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'a/1.png' }
    tar.entry({ name: 'a/GNUSparseFile.1/1.png', pax }, 'one')
    tar.entry({ name: 'a/2.png' }, 'two')
    tar.finalize()
    expect(await contents('x.tar', await buffer(tar as unknown as AsyncIterable<Buffer>))).toEqual([
      ['a/1.png', 'INVALID_IMAGE'],
      ['a/2.png', 'two'],
    ])
  })

  test('or refused where its name leads outside', async () => {
    const tar = pack()
    tar.entry({ name: 'a/GNUSparseFile.1/1.png', pax: { 'GNU.sparse.name': '../1.png' } }, 'one')
    tar.finalize()
    const reading = contents('x.tar', await buffer(tar as unknown as AsyncIterable<Buffer>))
    await expect(reading).rejects.toMatchObject({ code: 'ARCHIVE_PATH_LEAVES_FOLDER' })
  })
})

/** An archive whose names have these bytes. Every name of `files` is as long as its bytes. */
function renamed(zip: Buffer, names: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer {
  for (const [name, bytes] of names) {
    expect(name.length).toBe(bytes.length)
    for (let at = zip.indexOf(name); at >= 0; at = zip.indexOf(name, at + 1)) zip.set(bytes, at)
  }
  return zip
}

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex')

describe('names of a zip that says nothing of how they are written', () => {
  test.each([
    ['GB18030 (Chinese)', 'c3a8', 'b9b7', '猫', '狗'],
    ['GB18030 (Chinese)', 'c6bbb9fb', 'cfe3bdb6', '苹果', '香蕉'],
    ['Shift-JIS (Japanese)', '8353838c', '90568375', 'ゴレ', '新ブ'],
    ['Big5 (Chinese)', 'bfdf', 'aaaf', '貓', '狗'],
    ['EUC-KR (Korean)', 'b0edbee7c0cc', 'b0adbec6c1f6', '고양이', '강아지'],
    ['CP866 (Cyrillic)', 'aae8aa', 'afa5e1', 'кшк', 'пес'],
    ['CP437 (DOS)', '42816865', '84706665', 'Bühe', 'äpfe'],
  ])('are read in %s, and the import says so', async (encoding, a, b, nameOfA, nameOfB) => {
    const [codeA, codeB] = [hex(a), hex(b)]
    const [fileA, fileB] = ['A'.repeat(codeA.length), 'B'.repeat(codeB.length)]
    const zip = zipOf({ [`${fileA}/1.png`]: text('one'), [`${fileB}/2.png`]: text('two') })
    const bytes = renamed(Buffer.from(zip), [
      [`${fileA}/1.png`, Buffer.concat([codeA, text('/1.png')])],
      [`${fileB}/2.png`, Buffer.concat([codeB, text('/2.png')])],
    ])
    const source = await openArchive(await fileOf('x.zip', bytes), limits)
    const paths = (await source.files()).map(({ path }) => path)
    expect(new Set(paths)).toEqual(new Set([`${nameOfA}/1.png`, `${nameOfB}/2.png`]))
    expect(source.warnings?.()).toMatchObject([{ code: 'ENTRY_NAMES_GUESSED' }])
    expect(source.warnings?.()[0]?.message).toContain(encoding)
    await source.close()
  })

  test('are read as Info-ZIP writes them beside, without a guess', async () => {
    const beside = text('猫/1.png')
    const plain = hex('c3a82f312e706e67')
    const field = Buffer.alloc(5)
    field[0] = 1
    field.writeUInt32LE(crc32(plain), 1)
    const extra = { 28789: Buffer.concat([field, beside]) }
    const zip = Buffer.from(zipSync({ 'AA/1.png': [text('one'), { extra }] }))
    const source = await openArchive(await fileOf('x.zip', renamed(zip, [['AA/1.png', plain]])), limits)
    expect((await source.files()).map(({ path }) => path)).toEqual(['猫/1.png'])
    expect(source.warnings?.()).toEqual([])
    await source.close()
  })
})

describe('a zip with a comment', () => {
  const withComment = (comment: Buffer): Buffer => {
    const zip = Buffer.from(zipOf({ 'a/1.png': text('one') }))
    zip.writeUInt16LE(comment.length, zip.length - 2)
    return Buffer.concat([zip, comment])
  }

  test.each([
    ['the mark of the end', text('see PK\x05\x06 for more, and some more')],
    ['nothing but marks of the end', text('PK\x05\x06'.repeat(60))],
    ['an end that says that the zip is empty, and more', Buffer.concat([hex('504b0506'), Buffer.alloc(40)])],
  ])('that holds %s is read', async (_, comment) => {
    expect(await contents('x.zip', withComment(comment))).toEqual([['a/1.png', 'one']])
  })
})

describe('what follows the end of a packed tar', () => {
  const files = { 'a/1.png': text('one'), 'b/2.png': text('two') }
  const read = [
    ['a/1.png', 'one'],
    ['b/2.png', 'two'],
  ]
  const tails = [
    ['a line break', text('\n')],
    ['a few bytes that begin as another stream', hex('1f8b08')],
    ['another file', randomBytes(300)],
    ['a page', text('<html>Thanks for downloading</html>')],
  ] as const

  test.each(tails)('%s, is left out of a .tar.gz, with a warning', async (_, tail) => {
    const bytes = Buffer.concat([await tarOf(files), tail])
    expect(await contents('x.tar.gz', bytes)).toEqual(read)
    const source = await openArchive(await fileOf('x.tar.gz', bytes), limits)
    await source.files()
    expect(source.warnings?.()).toMatchObject([{ code: 'ARCHIVE_HAS_MORE' }])
  })

  test.each([tails[0], tails[3]])('%s, is left out of a .tar.bz2, with a warning', async (_, tail) => {
    const bytes = Buffer.concat([await found('plain.tar.bz2'), tail])
    const source = await openArchive(await fileOf('x.tar.bz2', bytes), limits)
    expect(await source.files()).not.toEqual([])
    expect(source.warnings?.()).toMatchObject([{ code: 'ARCHIVE_HAS_MORE' }])
  })

  test('is no warning where it is another stream, and a stream that is cut short stays an error', async () => {
    const tar = gunzipSync(await tarOf(files))
    const streams = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])
    const source = await openArchive(await fileOf('x.tar.gz', streams), limits)
    expect((await source.files()).length).toBe(2)
    expect(source.warnings?.()).toEqual([])
    const cut = gzipSync(Buffer.concat([tar, randomBytes(5000)])).subarray(0, -2000)
    await expect(contents('x.tar.gz', cut)).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
  })
})

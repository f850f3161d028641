import { describe, expect, test } from 'vitest'
import { contents, kinds, text } from './archive-contents.js'

describe.each(kinds)('a .%s', (kind, archiveOf) => {
  test('cut short or damaged anywhere is an error with a code, and no crash', async () => {
    const archive = await archiveOf({
      'a/1.png': text('one'.repeat(500)),
      'b/2.png': text('two'.repeat(500)),
    })
    const codes = new Set<string>()
    for (let i = 4; i < archive.length; i += 7) {
      const flipped = Buffer.from(archive)
      flipped[i] = (flipped[i] ?? 0) ^ 0xff
      for (const damaged of [archive.subarray(0, i), flipped]) {
        const result = await contents(`x.${kind}`, damaged).then(
          () => 'read',
          (error) => error.code,
        )
        codes.add(result)
      }
    }
    expect(
      [...codes].filter(
        (code) =>
          ![
            ...(kind === 'tar' ? ['UNSUPPORTED_ARCHIVE'] : []),
            'read',
            'INVALID_ARCHIVE',
            'ARCHIVE_PATH_LEAVES_FOLDER',
          ].includes(code),
      ),
    ).toEqual([])
    expect(codes).toContain('INVALID_ARCHIVE')
  })
})

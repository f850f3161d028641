import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../helpers/programs.js'

const run = promisify(execFile)

/** The full count is 5000. */
const count = Number(process.env.SHOTBOARD_FUZZ ?? 1500)

const expected = [
  'read',
  'read in part',
  'left',
  'INVALID_ARCHIVE',
  'UNSUPPORTED_ARCHIVE',
  'ARCHIVE_PATH_LEAVES_FOLDER',
  'ARCHIVE_UNPACKS_TOO_LARGE',
  'ARCHIVE_PACKED_TOO_TIGHTLY',
  'ARCHIVE_TOO_MANY_ENTRIES',
]

test(`${count} mutated zips and tars are read or refused with a code, and none ends or holds the process`, async () => {
  const program = join(root, 'test/attack/fuzz-archives.ts')
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, String(count), '1'], {
    cwd: root,
  })
  const outcomes: Record<string, number> = JSON.parse(stdout)
  expect(Object.keys(outcomes).filter((outcome) => !expected.includes(outcome))).toEqual([])
  expect(Object.values(outcomes).reduce((sum, each) => sum + each, 0)).toBe(count)
  // The mutations are neither all harmless nor all fatal.
  expect(outcomes.INVALID_ARCHIVE).toBeGreaterThan(count / 10)
  expect((outcomes.read ?? 0) + (outcomes['read in part'] ?? 0)).toBeGreaterThan(count / 10)
})

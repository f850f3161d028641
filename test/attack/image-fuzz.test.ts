import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../helpers/programs.js'

const run = promisify(execFile)

/** The full count is 5000. */
const count = Number(process.env.SHOTBOARD_FUZZ_IMAGES ?? 300)

const expected = ['decoded', 'INVALID_IMAGE', 'IMAGE_TOO_LARGE']

test(`${count} mutated images of every format are decoded or refused with a code, and none ends a process`, async () => {
  const program = join(root, 'test/attack/fuzz-images.ts')
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, String(count), '1'], {
    cwd: root,
    maxBuffer: 2 ** 24,
  })
  const byFormat: Record<string, Record<string, number>> = JSON.parse(stdout)
  let total = 0
  for (const [format, outcomes] of Object.entries(byFormat)) {
    expect(Object.keys(outcomes).filter((outcome) => !expected.includes(outcome))).toEqual([])
    // The mutations of each format are neither all harmless nor all fatal.
    expect([format, outcomes.decoded]).not.toEqual([format, undefined])
    expect([format, outcomes.INVALID_IMAGE]).not.toEqual([format, undefined])
    total += Object.values(outcomes).reduce((sum, each) => sum + each, 0)
  }
  expect(total).toBe(count)
})

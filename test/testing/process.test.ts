import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('a process that has run checks ends by itself', async () => {
  const script = `
    const run = async () => {
      const { spaceChecks } = await import('./src/testing/index.ts')
      const { centred } = await import('./src/spaces/centred.ts')
      for (const { run } of spaceChecks(centred())) await run()
      console.log('all held')
    }
    run()
  `
  const options = { cwd: new URL('../..', import.meta.url), timeout: 30_000 }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--eval', script],
    options,
  )
  expect(stdout).toBe('all held\n')
})

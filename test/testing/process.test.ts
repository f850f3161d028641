import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { built, root, title } from '../helpers/programs.js'

test.skipIf(!built)(`a process of ${title} that has run checks ends by itself`, async () => {
  const script = `
    import { spaceChecks } from './dist/testing/index.js'
    import { centred } from './dist/spaces/centred.js'
    for (const { run } of spaceChecks(centred())) await run()
    console.log('all held')
  `
  const parameters = ['--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: root, timeout: 30_000 })
  expect(stdout).toBe('all held\n')
})

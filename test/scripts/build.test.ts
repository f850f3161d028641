import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../helpers/programs.js'

test('after a build, npx finds a command that it may run', () => {
  expect(() => accessSync(join(root, 'dist/cli/shotboard.js'), constants.X_OK)).not.toThrow()
})

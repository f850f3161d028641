import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pluginReference } from '../../scripts/lib/plugin-reference.mjs'
import { built, root, title } from '../helpers/programs.js'

test.skipIf(!built)(`docs/plugin-reference.md is what types and checks say, in ${title}`, async () => {
  const page = await readFile(join(root, 'docs/plugin-reference.md'), 'utf8')
  expect(page).toBe(await pluginReference())
  for (const field of ['transductive', 'needs', 'usesTexts', 'projectTexts', 'prompts', 'solveRidge']) {
    expect(page).toContain(`- **\`${field}\`**`)
  }
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { built, root, title } from '../helpers/programs.js'

test.skipIf(!built)(`docs/plugin-reference.md is what types and checks say, in ${title}`, async () => {
  const script = pathToFileURL(join(root, 'scripts/lib/plugin-reference.mjs')).href
  const { pluginReference }: { pluginReference: () => Promise<string> } = await import(script)
  const page = await readFile(join(root, 'docs/plugin-reference.md'), 'utf8')
  expect(page).toBe(await pluginReference())
  for (const field of ['transductive', 'needs', 'usesTexts', 'projectTexts', 'prompts', 'solveRidge']) {
    expect(page).toContain(`- **\`${field}\`**`)
  }
})

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { documentSettings } from '../../src/settings/document.js'
import { groups, settingsSchema } from '../../src/settings/schema.js'
import { describeSettings } from '../../src/settings/settings.js'

test('docs/configuration.md is what the schema says (npm run build writes it)', async () => {
  const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  expect(page).toBe(documentSettings())
})

test('every setting stands on the page, under a variable of its own', () => {
  const shown = Object.values(groups).flatMap((group) => Object.keys(group))
  expect(shown.sort()).toEqual(Object.keys(settingsSchema.shape).sort())
  const variables = describeSettings().map(([, { variable }]) => variable)
  expect(new Set(variables).size).toBe(variables.length)
})

// Checks the schema that the sources declare: descriptions and names by eslint.config.js, the conventions of docs/api.md, and that it breaks nothing of
// schema/released.graphql. Needs tsx.
import { readFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { createSchema } from '../src/schema/schema.ts'
import { breakingChanges } from './lib/breaking-changes.mjs'
import { lintSchema } from './lib/lint-schema.mjs'
import { conventionFaults } from './lib/schema-conventions.mjs'

const current = printSchema(await createSchema())
const released = readFileSync(new URL('../schema/released.graphql', import.meta.url), 'utf8')
const faults = [
  ...(await lintSchema(current)),
  ...conventionFaults(current),
  ...(await breakingChanges(released, current)).map((change) => `Breaking change: ${change}`),
]
for (const fault of faults) console.error(fault)
if (faults.length > 0) {
  console.error(
    `\nThe schema has ${faults.length} fault${faults.length === 1 ? '' : 's'} (docs/api.md, "Stability").`,
  )
  process.exitCode = 1
}

// Writes schema/released.graphql: what the next release promises. `npm version` runs it. Needs tsx.
import { writeFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { createSchema } from '../src/schema/schema.ts'

writeFileSync(
  new URL('../schema/released.graphql', import.meta.url),
  `${printSchema(await createSchema())}\n`,
)

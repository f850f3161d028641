import { pathToFileURL } from 'node:url'
import { root } from './programs.js'

/** An example of docs/api: an operation with its variables. */
export interface Example {
  readonly name: string
  readonly document: string
  readonly variables?: object
}

interface ApiReference {
  apiReference(schema: string, start: string): ReadonlyMap<string, string>
  readExamples(): ReadonlyMap<string, Example>
}

/** What makes docs/api. */
export const { apiReference, readExamples }: ApiReference = await import(
  pathToFileURL(`${root}scripts/lib/api-reference.mjs`).href
)

/** What stands in the variables of examples for something of the reader. */
export const placeholders = [
  ...[
    'DATASET',
    'IMAGE',
    'BASE64',
    'FILE',
    'IMPORT',
    'SUPPORT_SET',
    'COMPARISON',
    'RUN',
    'TRAINING',
    'CHANGE',
    'CLASSIFICATION',
    'CLASSIFIER_JOB',
  ],
] as const
export type Placeholder = (typeof placeholders)[number]

const pattern = new RegExp(`"(${placeholders.join('|')})"`, 'g')

/** The placeholders that the variables of an example have, in their order. */
export const placeholdersIn = ({ variables = {} }: Example): string[] =>
  [...JSON.stringify(variables).matchAll(pattern)].map(([, name]) => name ?? '')

/** The variables of an example, with `take(name)` for each placeholder. */
export const filled = ({ variables = {} }: Example, take: (name: Placeholder) => string | null): object =>
  JSON.parse(
    JSON.stringify(variables).replaceAll(pattern, (_, name: Placeholder) => JSON.stringify(take(name))),
  )

import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What eslint.config.js finds in a schema, given in its definition language: a line for each fault. */
export async function lintSchema(schema) {
  const overrideConfig = {
    files: ['schema/*.graphql'],
    languageOptions: { parserOptions: { graphQLConfig: { schema } } },
  }
  const eslint = new ESLint({ cwd: root, overrideConfig })
  const results = await eslint.lintText(schema, { filePath: 'schema/current.graphql' })
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${message} (${ruleId})`))
}

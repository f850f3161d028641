import { groups } from './schema.js'
import type { SettingDescription } from './setting.js'
import { defaultFile, describe, fileVariable } from './settings.js'

/** The page `docs/configuration.md`: every setting, as the schema describes it. */
export function documentSettings(): string {
  const sections = Object.entries(groups).map(([title, settings]) => {
    const rows = Object.entries(settings).map(([key, schema]) => rowOf(key, describe(schema)))
    return [`## ${title}`, '', ...header, ...rows].join('\n')
  })
  return [introduction, ...sections].join('\n\n').concat('\n')
}

const introduction = `# Configuration

<!-- Made from src/settings/schema.ts by npm run build: edit that one. -->

Nothing needs to be set. A setting is read from its environment variable, and where that says nothing from its key in the
configuration file: \`./${defaultFile}\`, or the file that \`${fileVariable}\` names. All settings are checked when Shotboard
starts, and every mistake is listed at once, names that are no setting's among them.

A list is separated by commas in a variable and is an array in the file; \`on\` and \`off\` are \`true\` and \`false\` there:

\`\`\`json
{ "port": 8080, "demo": false, "plugins": ["./my-method.mjs"], "maxRequestMegabytes": 256 }
\`\`\``

const header = ['| variable | in the file | default | range | |', '|---|---|---|---|---|']

function rowOf(key: string, { variable, range, unit, description, ...rest }: SettingDescription): string {
  const cells = [
    `\`${variable}\``,
    `\`${key}\``,
    rest.defaultText ?? literal(rest.default),
    unit === undefined ? range : `${range} ${unit}`,
    description,
  ]
  return `| ${cells.join(' | ')} |`
}

function literal(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return ''
  if (typeof value === 'boolean') return value ? '`on`' : '`off`'
  return `\`${String(value)}\``
}

import { groups } from './schema.js'
import type { SettingDescription } from './setting.js'
import { defaultFile, describe, fileVariable } from './settings.js'

/** The page `docs/configuration.md`, made from the descriptions of all settings. */
export function documentSettings(): string {
  const sections = Object.entries(groups).map(([title, settings]) => {
    const rows = Object.entries(settings).map(([key, schema]) => rowOf(key, describe(schema)))
    return [`## ${title}`, '', ...header, ...rows].join('\n')
  })
  return [introduction, ...sections].join('\n\n').concat('\n')
}

const introduction = `# Configuration

<!-- "npm run build" writes this page from src/settings/schema.ts. Edit that file instead. -->

No setting is required. Set one by its environment variable or by its key in the configuration file; the variable wins.
The configuration file is \`./${defaultFile}\`, or the file that \`${fileVariable}\` names. Shotboard checks all settings
when it starts and lists every mistake, including unknown names.

In a variable, separate a list by commas. In the file, write it as an array, and \`on\` and \`off\` as \`true\` and
\`false\`:

\`\`\`json
{ "port": 8080, "demo": false, "plugins": ["./my-method.mjs"], "maxRequestMegabytes": 256 }
\`\`\``

const header = ['| variable | key in the file | default | values | meaning |', '|---|---|---|---|---|']

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

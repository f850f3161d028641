import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { errors } from '../errors.js'
import { version } from '../version.js'
import { runCommand } from './run-command.js'

const template = fileURLToPath(new URL('../../templates/plugin', import.meta.url))

/** `shotboard plugin new NAME`: writes a package with a method, its tests and a README. */
export const pluginCommand = (): Command =>
  new Command('plugin').description('Write methods and spaces of your own.').addCommand(
    new Command('new')
      .description('Write a package with a method, its tests and a README into a new folder.')
      .argument('<name>', 'the name of the package, such as shotboard-nearest or @you/nearest')
      .action((name: string) => runCommand(() => writePlugin(name, process.cwd()))),
  )

/**
 * Writes the package into a folder of its name in `directory`. Throws INVALID_VALUE for a name that npm does not allow, or if
 * the folder has files.
 */
export async function writePlugin(name: string, directory: string): Promise<void> {
  const [, scope = '', own] = /^(?:@([a-z0-9][a-z0-9._~-]*)\/)?([a-z0-9][a-z0-9._~-]*)$/.exec(name) ?? []
  if (own === undefined || name.length > 214) {
    const reason = `"${name}" is not the name of a package: lower-case letters, digits and . _ ~ -, with @SCOPE/ before it or not.`
    throw errors.invalidValue({ reason }, 'name')
  }
  const folder = join(directory, own)
  const present = await readdir(folder).catch(() => [])
  if (present.length > 0) {
    throw errors.invalidValue({ reason: `The folder ${own} is there already, and has files.` }, 'name')
  }
  const id = own.replace(/^shotboard-(?=.)/, '').replaceAll('~', '-')
  const values: Readonly<Record<string, string>> = {
    __NAME__: name,
    __FILE__: scope === '' ? own : `${scope}-${own}`,
    __ID__: id,
    __TITLE__: titleOf(id),
    __VERSION__: version,
  }
  for (const file of await filesIn(template)) {
    const text = await readFile(join(template, file), 'utf8')
    // npm leaves files of the name .gitignore out of packages.
    const to = join(folder, file.replace(/^gitignore$/, '.gitignore'))
    await mkdir(dirname(to), { recursive: true })
    await writeFile(
      to,
      text.replace(/__[A-Z]+__/g, (placeholder) => values[placeholder] ?? placeholder),
    )
  }
  console.log(`The plugin ${name} is in ${relative(process.cwd(), folder) || '.'}. Its method is ${id}.

  cd ${own}
  npm install
  npm test
  SHOTBOARD_PLUGINS=./dist/index.js npx shotboard start

Its README says more.`)
}

/** `nearest-mean` is "Nearest mean". */
const titleOf = (id: string): string => {
  const words = id.split(/[._-]+/).join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The paths of all files in a folder, relative to it. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

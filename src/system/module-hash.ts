import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, sep } from 'node:path'

/**
 * The SHA-256 of a module and of everything that it names: files by a relative path, such as other modules and weights, and
 * theirs, and packages by their versions. It does not see paths that are put together at run time.
 */
export function hashModule(file: string): string {
  const root = dirname(file)
  const contents = new Map<string, string>()
  const packages = new Set<string>()
  const waiting = [file]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (contents.has(next)) continue
    const bytes = readFileSync(next)
    contents.set(next, sha256(bytes))
    if (!codeEndings.has(extname(next))) continue
    const folder = dirname(next)
    const code = bytes.toString()
    for (const [, , path = ''] of code.matchAll(relativePath)) {
      const named = fileAt(join(folder, path))
      if (named !== undefined) waiting.push(named)
    }
    for (const [, , specifier = ''] of code.matchAll(packageImport)) {
      packages.add(packageVersion(specifier, folder))
    }
  }
  const files = [...contents].map(([path, hash]) => `${relative(root, path).split(sep).join('/')} ${hash}`)
  return sha256([...files.sort(), ...[...packages].sort()].join('\n'))
}

/** A package, and the versions of others that it requires, by their names. */
export interface Package {
  readonly name: string
  readonly version: string | null
  readonly requires: Readonly<Record<string, string>>
}

/** The package that a module lies in; null outside of packages. */
export function packageOf(file: string): Package | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = packageIn(folder)
    if (found?.name !== undefined) {
      const { name, version = null, dependencies, peerDependencies } = found
      return { name, version, requires: { ...dependencies, ...peerDependencies } }
    }
    if (folder === dirname(folder)) return null
  }
}

const codeEndings = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** Any text in quotes that is a relative path: of an import, a URL, or a file to read. */
const relativePath = /(['"`])(\.{1,2}\/[^'"`\n]*)\1/g

const packageImport = /\b(?:from|import|require)\b\s*\(?\s*(['"])([^'"./][^'"\n]*)\1/g

/** The file that an import of this path finds. A source in TypeScript is imported by the name of what it is built to. */
function fileAt(path: string): string | undefined {
  const source = path.replace(/\.([cm]?)js$/, '.$1ts')
  const candidates = [path, source, `${path}.js`, `${path}.cjs`, `${path}.json`, join(path, 'index.js')]
  return candidates.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile())
}

function packageVersion(specifier: string, from: string): string {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  for (let folder = from; ; folder = dirname(folder)) {
    const found = packageIn(join(folder, 'node_modules', name))
    if (found) return `${name}@${found.version}`
    if (folder === dirname(folder)) return name
  }
}

interface Description {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function packageIn(folder: string): Description | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

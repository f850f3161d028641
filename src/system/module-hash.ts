import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'

/** How packages that a module imports count. */
export interface HashOptions {
  /** `contents`: by their code, as far as a module names it. `versions`, the default: by their names and versions. */
  readonly packages?: 'contents' | 'versions'
  /** Packages that count by their versions in any case. */
  readonly known?: readonly string[]
}

/**
 * The SHA-256 of a module and of everything that it names: files by a relative path or beside it, such as other modules and
 * weights, and theirs, and packages. It does not see paths that are put together at run time.
 */
export function hashModule(
  file: string,
  { packages: by = 'versions', known = [] }: HashOptions = {},
): string {
  const root = dirname(file)
  const contents = new Map<string, string>()
  const packages = new Set<string>()
  /** The folders of packages that are followed, by their names. */
  const followed = new Map<string, string>()
  const packageWith = (path: string) => [...followed].find(([folder]) => path.startsWith(`${folder}${sep}`))
  const waiting = [file]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (contents.has(next)) continue
    const bytes = readFileSync(next)
    contents.set(next, sha256(bytes))
    if (!codeEndings.has(extname(next))) continue
    const folder = dirname(next)
    const code = bytes.toString()
    const paths = [code.matchAll(relativePath), ...(packageWith(next) ? [] : [code.matchAll(fileName)])]
    for (const [, , path = ''] of paths.flatMap((matches) => [...matches])) {
      const named = fileAt(join(folder, path))
      if (named !== undefined) waiting.push(named)
    }
    for (const [, , specifier = ''] of code.matchAll(packageImport)) {
      if (isBuiltin(specifier)) continue
      const found = packageOfImport(specifier, folder)
      packages.add(found ? `${found.name}@${found.version}` : specifier)
      const isFollowed = found !== undefined && by === 'contents' && !known.includes(found.name)
      if (!isFollowed || contents.size + waiting.length >= maxFiles) continue
      if (!file.startsWith(`${found.folder}${sep}`)) followed.set(found.folder, found.name)
      waiting.push(...entriesOf(found))
    }
  }
  const files = [...contents].map(([path, hash]) => {
    // Where a package is installed does not count.
    const [folder = root, name = ''] = packageWith(path) ?? []
    return `${name} ${relative(folder, path).split(sep).join('/')} ${hash}`
  })
  return sha256([...files.sort(), ...[...packages].sort()].join('\n'))
}

/** Beyond so many files, packages count by their versions. */
const maxFiles = 5000

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

/** Any text in quotes that may be the name of a file beside the module, as in `join(folder, 'weights.bin')`. */
const fileName = /(['"`])((?:[\w@-]+\/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,15})\1/g

const packageImport = /\b(?:from|import|require)\b\s*\(?\s*(['"])([^'"./][^'"\n]*)\1/g

/** The file that an import of this path finds. A source in TypeScript is imported by the name of what it is built to. */
function fileAt(path: string): string | undefined {
  const source = path.replace(/\.([cm]?)js$/, '.$1ts')
  const candidates = [path, source, `${path}.js`, `${path}.cjs`, `${path}.json`, join(path, 'index.js')]
  return candidates.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile())
}

interface FoundPackage {
  readonly folder: string
  readonly name: string
  readonly version: string | undefined
  readonly description: Description
}

/** The package that an import from a folder finds: an installed one, or for `#name` and its own name the one that it is in. */
function packageOfImport(specifier: string, from: string): FoundPackage | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  for (let folder = from; ; folder = dirname(folder)) {
    const own = packageIn(folder)
    if (own && (name.startsWith('#') || own.name === name)) {
      return { folder, name: own.name ?? name, version: own.version, description: own }
    }
    const installed = join(folder, 'node_modules', name)
    const found = packageIn(installed)
    // A linked package is where its link points.
    if (found) return { folder: realpathSync(installed), name, version: found.version, description: found }
    if (folder === dirname(folder)) return undefined
  }
}

/** The files that a package offers to those who import it, and to its own modules by names that begin with #. */
function entriesOf({ folder, description }: FoundPackage): string[] {
  const { main = 'index.js', module, exports, imports } = description
  const named = [main, ...textsIn([module, exports, imports])]
  return named.flatMap((path) => fileAt(join(folder, path)) ?? [])
}

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

interface Description {
  readonly name?: string
  readonly version?: string
  readonly main?: string
  readonly module?: unknown
  readonly exports?: unknown
  readonly imports?: unknown
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

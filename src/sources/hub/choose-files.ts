import { minimatch } from 'minimatch'
import { z } from 'zod'
import { imageName } from '../image-name.js'
import { splitNamed, splitNames, splitWithin } from '../well-known-names.js'
import type { HubDataset } from './hub-dataset.js'

/** A file of a dataset with where it goes, so that its folder says its split. */
export interface ChosenFile<F> {
  readonly file: F
  readonly target: string
}

/** The choice cannot be met. The message says what there is. */
export class NoSuchPart extends Error {
  override readonly name = 'NoSuchPart'
}

const patterns = z.union([z.string(), z.array(z.string())])
const configSchema = z.looseObject({
  config_name: z.string().default('default'),
  default: z.boolean().optional(),
  data_dir: z.string().optional(),
  data_files: z.union([patterns, z.array(z.looseObject({ split: z.string(), path: patterns }))]).optional(),
})
type Config = z.infer<typeof configSchema>
const cardSchema = z.looseObject({ configs: z.array(configSchema).optional() }).catch({})

const readme = 'README.md'
const tables = /\.parquet$/i
const archives = /\.(zip|tar|tar\.(gz|bz2|xz)|tgz|tbz2?|txz)$/i
/** Files of repositories that say nothing of images. */
const others = /(^|\/)(\.[^/]*|[^/]*\.(py|md|ipynb)|licen[cs]e[^/]*)$/i

/**
 * The files of a dataset that its configuration and splits have: its parquet files, or else its images, archives and files of
 * labels. `card` is the front matter of its README.md. Throws NoSuchPart if the choice is missing, or not there.
 */
export function chooseFiles<F extends { readonly path: string }>(
  files: readonly F[],
  card: unknown,
  { config, splits }: Pick<HubDataset, 'config' | 'splits'>,
): ChosenFile<F>[] {
  const { configs = [] } = cardSchema.parse(card ?? {})
  const described = configFrom(configs, config)
  const inConfig =
    described?.data_files === undefined && described?.data_dir === undefined
      ? inFolderOf(
          files,
          config ??
            (described && hasFolder(files, described.config_name) ? described.config_name : undefined),
        )
      : describedBy(files, described)
  const useful = inConfig.filter(({ file: { path } }) => !others.test(path))
  const parquet = useful.filter(({ file: { path } }) => tables.test(path))
  const wanted = parquet.length > 0 ? parquet : useful
  if (
    !wanted.some(({ file: { path } }) => tables.test(path) || imageName.test(path) || archives.test(path))
  ) {
    throw new NoSuchPart('it has no images, no parquet files and no archives')
  }
  if (parquet.length > 0 && described === undefined && config === undefined) requireOneFolder(parquet)
  const chosen = splits === undefined ? wanted : ofSplits(wanted, splits)
  const about = files.filter(({ path }) => path === readme).map((file) => ({ file, target: readme }))
  return [...about, ...chosen.map((each) => ({ file: each.file, target: targetOf(each) }))]
}

interface InSplit<F> {
  readonly file: F
  /** As the dataset names it; undefined where the path says it. */
  readonly split: string | undefined
}

function configFrom(configs: readonly Config[], wanted: string | undefined): Config | undefined {
  if (configs.length === 0) return undefined
  const names = configs.map(({ config_name: name }) => name)
  if (wanted !== undefined) {
    const found = configs.find(({ config_name: name }) => name === wanted)
    if (found === undefined)
      throw new NoSuchPart(`it has no configuration "${wanted}", but ${names.join(', ')}`)
    return found
  }
  const found =
    configs.find((each) => each.default === true || each.config_name === 'default') ??
    (configs.length === 1 ? configs[0] : undefined)
  if (found === undefined) throw severalConfigs(names)
  return found
}

const severalConfigs = (names: readonly string[]): NoSuchPart =>
  new NoSuchPart(`it has several configurations: choose one of ${names.join(', ')} with --config`)

const hasFolder = (files: readonly { readonly path: string }[], folder: string): boolean =>
  files.some(({ path }) => path.startsWith(`${folder}/`))

function inFolderOf<F extends { readonly path: string }>(
  files: readonly F[],
  folder: string | undefined,
): InSplit<F>[] {
  const inside = files.filter(({ path }) => folder === undefined || path.startsWith(`${folder}/`))
  if (inside.length === 0) throw new NoSuchPart(`it has no configuration "${folder}"`)
  return inside.map((file) => ({ file, split: undefined }))
}

function describedBy<F extends { readonly path: string }>(
  files: readonly F[],
  { data_dir: folder = '', data_files: given = '**' }: Config,
): InSplit<F>[] {
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
  const entries = [given]
    .flat()
    .map((each) => (typeof each === 'string' ? { split: undefined, path: each } : each))
  return files.flatMap((file): InSplit<F>[] => {
    const entry = entries.find(({ path }) =>
      [path].flat().some((pattern) => minimatch(file.path, prefix + pattern, { dot: true })),
    )
    return entry ? [{ file, split: entry.split }] : []
  })
}

/** Without a description, a configuration is a folder; folders of splits, and `data`, are none. */
function requireOneFolder<F extends { readonly path: string }>(files: readonly InSplit<F>[]): void {
  const folders = new Set(
    files.map(({ file: { path } }) => (path.includes('/') ? (path.split('/')[0] ?? '') : '')),
  )
  const configs = [...folders].filter((folder) => splitNamed(folder) === undefined)
  if (configs.length > 1) throw severalConfigs(configs)
}

function ofSplits<F extends { readonly path: string }>(
  files: readonly InSplit<F>[],
  wanted: readonly string[],
): InSplit<F>[] {
  const has = (each: InSplit<F>, split: string): boolean =>
    each.split === undefined ? isInPath(each.file.path, split) : each.split === split
  for (const split of wanted) {
    if (files.some((each) => has(each, split))) continue
    const known = [...new Set(files.flatMap(({ split: name }) => name ?? []))]
    throw new NoSuchPart(`it has no split "${split}"${known.length > 0 ? `, but ${known.join(', ')}` : ''}`)
  }
  return files.filter((each) => wanted.some((split) => has(each, split)))
}

/** Whether a file or a folder is named after the split, as in `data/train-00000-of-00002.parquet`. */
const isInPath = (path: string, split: string): boolean =>
  path.split('/').some((part) => part === split || new RegExp(`^${split}[-_.]`).test(part))

function targetOf<F extends { readonly path: string }>({ file: { path }, split }: InSplit<F>): string {
  if (split === undefined) return path
  const known = splitNamed(split) ?? splitWithin(split)
  if (known === undefined) {
    const names = Object.values(splitNames).flat().join(', ')
    throw new NoSuchPart(`its split "${split}" is none of ${names}: choose others with --splits`)
  }
  const parts = path.split('/')
  const said =
    parts.slice(0, -1).flatMap((part) => splitNamed(part) ?? [])[0] ?? splitWithin(parts.at(-1) ?? '')
  return said === known ? path : `${splitNames[known][0]}/${path}`
}

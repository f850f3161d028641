import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openArchive } from './archive.js'
import type { LabelColumns } from './labels/label-row.js'
import { featuresOfCard } from './parquet/features.js'
import { openParquet } from './parquet/open-parquet.js'
import type { FileReader, Source, SourceFile, SourceLimits } from './source.js'

/** Archives that lie in a folder of a dataset. */
const archiveName = /\.(zip|tar|tar\.(gz|bz2|xz)|tgz|tbz2?|txz)$/i

const parquetName = /\.parquet$/i

/**
 * A folder with the files of the archives and parquet files in it, as if they lay in a folder of the archive's name: shards in the
 * convention of webdataset, an archive a class, or the tables of dataset hubs. Throws INVALID_PARQUET, INVALID_ARCHIVE, or the code of the limit that it exceeds, for an archive that is
 * cut short, before any file is read.
 */
export function withShards(
  folder: Source,
  path: string,
  limits: SourceLimits,
  columns: LabelColumns = {},
): Source {
  const shards = new Map<string, Source>()
  /** Where the files at each place of the reading order come from. */
  let origins: readonly Origin[] = []

  async function open(file: SourceFile): Promise<Source> {
    const open = shards.get(file.path)
    if (open) return open
    const shard = parquetName.test(file.path)
      ? await openTable(file.path)
      : await openArchive({ path: join(path, file.path), name: basename(file.path) }, limits)
    shards.set(file.path, shard)
    return shard
  }

  async function openTable(name: string): Promise<Source> {
    const readme = await readFile(join(path, 'README.md'), 'utf8').catch(() => '')
    // Datasets with several configurations have a folder for each.
    const features = featuresOfCard(readme, name.split('/').slice(0, -1))
    return openParquet({ path: join(path, name), name, features, columns }, limits)
  }

  return {
    ...folder,
    async files(signal) {
      const found: SourceFile[] = []
      const from: Origin[] = []
      for (const file of await folder.files(signal)) {
        if (
          !(archiveName.test(file.path) || parquetName.test(file.path)) ||
          !(await isFile(join(path, file.path)))
        ) {
          found.push({ path: file.path, at: found.length })
          from.push({ source: folder, file })
          continue
        }
        const shard = await open(file)
        const around = file.path.replace(archiveName, '')
        for (const inside of await shard.files(signal)) {
          found.push({ path: `${around}/${inside.path}`, at: found.length })
          from.push({ source: shard, file: inside })
        }
      }
      origins = from
      return found
    },
    async *readers(files, signal): AsyncGenerator<FileReader> {
      for (const group of bySource(files, origins)) yield* group.source.readers(group.files, signal)
    },
    warnings: () => [...shards.values()].flatMap((shard) => shard.warnings?.() ?? []),
    async close() {
      for (const shard of shards.values()) await shard.close()
      await folder.close()
    },
  }
}

interface Origin {
  readonly source: Source
  readonly file: SourceFile
}

/** Files in reading order, in runs from the same source. */
function bySource(
  files: readonly SourceFile[],
  origins: readonly Origin[],
): { readonly source: Source; readonly files: readonly SourceFile[] }[] {
  const groups: { readonly source: Source; readonly files: SourceFile[] }[] = []
  for (const { at } of files) {
    const origin = origins[at]
    if (origin === undefined) continue
    const last = groups.at(-1)
    if (last?.source === origin.source) last.files.push(origin.file)
    else groups.push({ source: origin.source, files: [origin.file] })
  }
  return groups
}

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import type { DatasetRow } from '../store/datasets.js'
import type { Split } from '../store/generated/sqlite/enums.js'
import type { Store } from '../store/store.js'
import type { ClassInput, Datasets, LabelledImageInput } from './datasets.js'

export interface ImportOptions {
  /** The dataset's name; otherwise the one in `dataset.json`, otherwise the folder's. */
  readonly name?: string
  /** Told how many of how many images have been looked at. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ImportResult {
  readonly dataset: DatasetRow
  readonly added: number
  readonly duplicates: number
  readonly rejected: readonly { readonly file: string; readonly code: string; readonly reason: string }[]
}

const splitFolders: Readonly<Record<string, Split>> = {
  support_pool: 'SUPPORT_POOL',
  validation: 'VALIDATION',
  test: 'TEST',
}

const descriptionSchema = z.object({
  dataset: z.string().trim().min(1).optional(),
  classes: z
    .array(
      z.object({
        name: z.string().trim().min(1),
        /** Where its images lie, if not in a folder of its name. */
        folder: z.string().min(1).optional(),
        prompts: z.array(z.string().min(1)).min(1).optional(),
      }),
    )
    .optional(),
})

/** Files are read and added so many at a time, so that memory stays bounded. */
const filesPerStep = 256

/**
 * Imports a folder laid out `split/class/image`, the splits `support_pool`, `validation` and `test`. `dataset.json` may
 * give the name, the classes and their prompts; otherwise classes are the folders' names. Importing a folder again adds
 * only what is new. Throws INVALID_FOLDER, or INVALID_VALUE where a dataset of that name has other classes.
 */
export async function importFolder(
  context: { readonly store: Store; readonly datasets: Datasets },
  path: string,
  { name, onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const folder = resolve(path)
  const description = await readDescription(folder)
  const files = await listFiles(folder, description)
  if (files.length === 0) {
    const reason = `it has no images laid out split/class/image, the splits ${Object.keys(splitFolders).join(', ')}`
    throw errors.invalidFolder({ path, reason })
  }
  const classes = classesOf(path, description, files)
  const dataset = await findOrCreate(context, name ?? description.dataset ?? basename(folder), classes)

  const result = { dataset, added: 0, duplicates: 0, rejected: [] as ImportResult['rejected'][number][] }
  for (let from = 0; from < files.length; from += filesPerStep) {
    const step = files.slice(from, from + filesPerStep)
    const images = step.map(
      ({ file, className, split }): LabelledImageInput => ({
        image: { upload: { read: () => readImage(file) } },
        class: className,
        split,
      }),
    )
    const { added, duplicates, rejected } = await context.datasets.addImages({ dataset: dataset.id, images })
    result.added += added
    result.duplicates += duplicates
    for (const { position, code, reason } of rejected) {
      result.rejected.push({ file: step[position]?.file ?? '', code, reason })
    }
    onProgress?.(Math.min(files.length, from + filesPerStep), files.length)
  }
  return result
}

async function readImage(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw errors.invalidImage({ reason: reasonOf(error) })
  }
}

interface ImageFile {
  readonly file: string
  readonly className: string
  readonly split: Split
}

async function readDescription(folder: string): Promise<z.infer<typeof descriptionSchema>> {
  const file = join(folder, 'dataset.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return {}
    throw errors.invalidFolder({ path: file, reason: reasonOf(error) })
  }
  try {
    return descriptionSchema.parse(JSON.parse(text))
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error)
    throw errors.invalidFolder({ path: file, reason })
  }
}

/** All images, by split, class and name, so that the same folder is imported in the same order everywhere. */
async function listFiles(
  folder: string,
  { classes = [] }: z.infer<typeof descriptionSchema>,
): Promise<ImageFile[]> {
  const nameOf = new Map(classes.map((each) => [each.folder ?? each.name, each.name]))
  const files: ImageFile[] = []
  for (const [splitFolder, split] of Object.entries(splitFolders)) {
    for (const classFolder of await namesIn(join(folder, splitFolder), 'folders')) {
      const className = nameOf.get(classFolder) ?? classFolder.trim()
      for (const name of await namesIn(join(folder, splitFolder, classFolder), 'files')) {
        files.push({ file: join(folder, splitFolder, classFolder, name), className, split })
      }
    }
  }
  return files
}

/** What stands in a folder, links followed; nothing where there is no such folder. */
async function namesIn(folder: string, kind: 'folders' | 'files'): Promise<string[]> {
  const names: string[] = []
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const link = entry.isSymbolicLink()
      const target = link ? await stat(join(folder, entry.name)).catch(() => undefined) : entry
      // A link to nothing is an image that cannot be read, and told as one.
      if (kind === 'folders' ? target?.isDirectory() : (target?.isFile() ?? true)) names.push(entry.name)
    }
  } catch (error) {
    if (!isAbsent(error)) throw errors.invalidFolder({ path: folder, reason: reasonOf(error) })
  }
  return names.sort()
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

function classesOf(
  path: string,
  description: z.infer<typeof descriptionSchema>,
  files: readonly ImageFile[],
): ClassInput[] {
  const folders = [...new Set(files.map(({ className }) => className))].sort()
  if (!description.classes) return folders.map((name) => ({ name }))
  const described = description.classes.map(({ name }) => name)
  const strangers = folders.filter((name) => !described.includes(name))
  if (strangers.length > 0) {
    throw errors.invalidFolder({
      path,
      reason: `dataset.json does not name the classes ${strangers.join(', ')}`,
    })
  }
  return description.classes.map(({ name, prompts }) => ({ name, ...(prompts && { prompts }) }))
}

async function findOrCreate(
  { store, datasets }: { readonly store: Store; readonly datasets: Datasets },
  name: string,
  classes: readonly ClassInput[],
): Promise<DatasetRow> {
  const dataset = await store.datasets.byName(name.trim())
  if (!dataset) return datasets.create({ name, classes })
  const known = ((await store.datasets.classes([dataset.id])).get(dataset.id) ?? []).map((each) => each.name)
  if (classes.length !== known.length || classes.some((each, i) => each.name !== known[i])) {
    throw errors.invalidValue(
      {
        reason: `There is a dataset named "${name}" already, and its classes are others: ${known.join(', ')}.`,
      },
      'name',
    )
  }
  return dataset
}

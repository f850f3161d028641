import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The path of data that is shared between checkouts and not committed; undefined where it is absent. */
export function sharedData(path: string): string | undefined {
  const { SHOTBOARD_SHARED_DATA: folder = join(root, '../shared/data') } = process.env
  const file = join(folder, path)
  return existsSync(file) ? file : undefined
}

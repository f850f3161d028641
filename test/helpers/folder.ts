import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd, type OnEnd } from './at-end.js'

/** A new folder that goes when the tests of the file have run, or when `onEnd` says. */
export async function temporaryFolder(onEnd: OnEnd = atEnd): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-test-'))
  onEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** The path of every file below a folder; none where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  } catch {
    return []
  }
}

import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { atEnd } from './at-end.js'

const run = promisify(execFile)

/** A folder on a disk of its own, which can be filled and freed. */
export interface SmallDisk {
  fill(): Promise<void>
  free(): Promise<void>
}

/** Mounts a disk of so many kilobytes on a folder. Throws where this user may not. */
export async function mountSmallDisk(folder: string, kilobytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder])
  atEnd(() => run('umount', ['-l', folder]))
  const filler = join(folder, 'filler')
  return {
    async fill() {
      await writeFile(filler, Buffer.alloc(2 * 1024 * kilobytes)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      })
    },
    free: () => rm(filler),
  }
}

/** Whether this user may mount disks. */
export const mayMount: boolean = await (async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  // Root in a container may be denied it all the same.
  const folder = join((await import('node:os')).tmpdir(), `shotboard-mount-${process.pid}-${Date.now()}`)
  await mkdir(folder)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder])
    await run('umount', ['-l', folder])
    return true
  } catch {
    return false
  } finally {
    await rm(folder, { recursive: true })
  }
})()

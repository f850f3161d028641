import { readFileSync } from 'node:fs'

/** The unit of Linux's file: hundredths of a second, on every architecture that Node runs on. */
const msPerTick = 10
/** Where the times are, after the name in brackets: those of the process in user and in system mode. */
const userAt = 11
const systemAt = 12

/** The milliseconds that a process has kept processors busy, all threads together. Undefined where the system does not tell: only Linux does. */
export function processorTimeOf(pid: number): number | undefined {
  const text = statOf(pid)
  if (text === undefined) return undefined
  // The name of a program may have brackets and spaces itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[userAt]) + Number(fields[systemAt])
  return Number.isFinite(ticks) ? ticks * msPerTick : undefined
}

/** The file is no file of a disk, so nothing waits for one. Asking another thread to read it takes ten times as long. */
function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
}

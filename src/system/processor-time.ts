import { readFile } from 'node:fs/promises'

/** The unit of Linux's file: hundredths of a second, on every architecture that Node runs on. */
const msPerTick = 10
/** Where the times are, after the name in brackets: those of the process in user and in system mode. */
const userAt = 11
const systemAt = 12

/** The milliseconds that a process has kept processors busy, all threads together. Undefined where the system does not tell: only Linux does. */
export async function processorTimeOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // The name of a program may have brackets and spaces itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[userAt]) + Number(fields[systemAt])
  return Number.isFinite(ticks) ? ticks * msPerTick : undefined
}

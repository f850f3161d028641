import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processorTimeOf } from '../../src/system/processor-time.js'
import { temporaryFolder } from '../helpers/folder.js'

test.skipIf(!existsSync('/proc/self/stat'))(
  'the time that a process tells of itself is the one that is read',
  async () => {
    const program = join(await temporaryFolder(), 'work.mjs')
    await writeFile(
      program,
      // It works for 200 ms of the processor, under a name that is hard to read.
      `process.title = 'a) R (b'
     const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
     while (used() < 200);
     process.send(used())
     process.once('disconnect', () => process.exit())`,
    )
    const child = fork(program, { execArgv: [] })
    const [own] = await once(child, 'message')
    const read = processorTimeOf(child.pid ?? 0)
    // The end of its message takes time, too, and the system counts in hundredths.
    expect(read).toBeGreaterThanOrEqual(own - 20)
    expect(read).toBeLessThan(own + 500)
    child.disconnect()
    await once(child, 'exit')
    expect(processorTimeOf(child.pid ?? 0)).toBeUndefined()
  },
)

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockDataFolder } from '../../src/store/data-folder-lock.js'
import { atEnd } from '../helpers/at-end.js'
import { temporaryFolder } from '../helpers/folder.js'
import { built, root, title } from '../helpers/programs.js'

const lockModule = join(root, 'dist/store/data-folder-lock.js')

/** A process that tries to take the folder, says how that went, and keeps it until it is killed. */
function takeElsewhere(folder: string): { child: ChildProcess; outcome: Promise<string> } {
  const source = `import { lockDataFolder } from ${JSON.stringify(lockModule)}
    try {
      const lock = await lockDataFolder(${JSON.stringify(folder)})
      await lock.publishUrl('http://localhost:1234')
      console.log('taken')
      setInterval(() => lock, 1000)
    } catch (error) {
      console.log(error.code ?? error)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source])
  atEnd(async () => child.kill('SIGKILL'))
  const outcome = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => resolve(String(chunk).trim()))
    child.stderr.on('data', (chunk: Buffer) => resolve(String(chunk)))
  })
  return { child, outcome }
}

const refusal = (folder: string) =>
  lockDataFolder(folder).then(
    () => expect.unreachable(),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  )

test.each(['plain', 'with space', '100% #1? ü'])(
  'a folder named "%s" is held by one at a time',
  async (name) => {
    const folder = join(await temporaryFolder(), name)
    const first = await lockDataFolder(folder)
    const { code, message } = await refusal(folder)
    expect(code).toBe('DATA_FOLDER_IN_USE')
    for (const told of [folder, `process ${process.pid} on ${hostname()}`, 'stop it']) {
      expect(message).toContain(told)
    }
    await first.publishUrl('http://localhost:4000')
    expect((await refusal(folder)).message).toContain('the service at http://localhost:4000')
    await first.release()
    const second = await lockDataFolder(folder)
    expect((await refusal(folder)).message).not.toContain('http://localhost:4000')
    await second.release()
  },
)

test('what the last holder left behind keeps nobody out, even where its process id lives on', async () => {
  const folder = await temporaryFolder()
  await mkdir(folder, { recursive: true })
  const left = { pid: process.ppid, host: hostname(), since: '2026-01-01T00:00:00.000Z', command: 'start.js' }
  await writeFile(join(folder, 'lock.json'), JSON.stringify(left))
  const lock = await lockDataFolder(folder)
  expect(JSON.parse(await readFile(join(folder, 'lock.json'), 'utf8')).pid).toBe(process.pid)
  await lock.release()
})

test.skipIf(!built)(
  `of processes of ${title} that start at once just one takes the folder; when it is killed it is free at once`,
  async () => {
    const folder = await temporaryFolder()
    const processes = Array.from({ length: 4 }, () => takeElsewhere(folder))
    const outcomes = await Promise.all(processes.map(({ outcome }) => outcome))
    expect(outcomes.toSorted()).toEqual([
      'DATA_FOLDER_IN_USE',
      'DATA_FOLDER_IN_USE',
      'DATA_FOLDER_IN_USE',
      'taken',
    ])
    const holder = processes[outcomes.indexOf('taken')]?.child
    const { message } = await refusal(folder)
    expect(message).toContain(`the service at http://localhost:1234 (process ${holder?.pid}`)

    const gone = holder && once(holder, 'exit')
    holder?.kill('SIGKILL')
    await gone
    await (await lockDataFolder(folder)).release()
  },
)

import { execFile, execFileSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { built, root, runProgram, title } from '../helpers/programs.js'

const canTrace = (() => {
  try {
    execFileSync('strace', ['-f', '--seccomp-bpf', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** System calls that reach another machine, or write to a file. */
const traced = [
  ...['connect', 'sendto', 'sendmsg', 'sendmmsg'],
  ...['openat', 'open', 'creat', 'mkdir', 'mkdirat', 'rename', 'renameat', 'renameat2', 'link', 'linkat'],
  ...['symlink', 'symlinkat'],
]
const writes = /O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|rename|link/

describe.skipIf(!built)(title, () => {
  const folders = { home: '', temporary: '', data: '', work: '' }
  let calls: string[] | undefined

  beforeAll(async () => {
    const folder = await temporaryFolder()
    for (const name of ['home', 'temporary', 'data', 'work'] as const) {
      folders[name] = join(folder, name)
      await mkdir(folders[name])
    }
    const trace = join(folder, 'trace')
    const strace = ['strace', '-f', '--seccomp-bpf', '-y', '-s', '200', '-o', trace, '-e', traced.join(',')]
    const program = [process.execPath, join(root, 'dist/cli/shotboard.js')]
    // It loads a model, decodes images, trains nothing, and opens the database.
    const command = [...program, 'demo', join(root, 'demo/fashion-mnist')]
    const [file = '', ...parameters] = canTrace ? [...strace, ...command] : command
    await promisify(execFile)(file, parameters, {
      cwd: folders.work,
      env: {
        PATH: process.env.PATH,
        HOME: folders.home,
        TMPDIR: folders.temporary,
        SHOTBOARD_DATA_DIR: folders.data,
        SHOTBOARD_THREADS: '1',
      },
      maxBuffer: 2 ** 26,
    })
    if (canTrace) calls = (await readFile(trace, 'utf8')).split('\n')
  })

  test('a command leaves nothing in the home folder, in the folder of temporary files, or where it was called', async () => {
    for (const name of ['home', 'temporary', 'work'] as const) {
      expect(await filesBelow(folders[name]), name).toEqual([])
    }
    expect(await filesBelow(folders.data)).not.toEqual([])
  })

  test.skipIf(!canTrace)('a command asks no other machine anything (needs strace)', () => {
    const asked = (calls ?? []).filter(
      (call) => /AF_INET|TCP|UDP/.test(call) && /\b(connect|send\w+)\(/.test(call),
    )
    expect(asked).toEqual([])
  })

  test.skipIf(!canTrace)('a command writes to the data folder alone (needs strace)', () => {
    const written = (calls ?? []).filter(
      (call) => writes.test(call) && call.includes('"') && !/ = -1 /.test(call),
    )
    const elsewhere = written.filter((call) => !call.includes(folders.data) && !call.includes('"/dev/'))
    expect(written.length).toBeGreaterThan(0)
    expect(elsewhere).toEqual([])
  })

  test('a service reports nothing to Apollo, whose key may be in the environment for another project', async () => {
    const { child, printed, ended } = await runProgram('start', {
      APOLLO_KEY: 'service:another:project',
      APOLLO_GRAPH_REF: 'another@project',
      APOLLO_SCHEMA_REPORTING: 'true',
    })
    await printed(/ready at (\S+)/)
    child.kill('SIGTERM')
    expect((await ended).output).not.toContain('Apollo')
  })
})

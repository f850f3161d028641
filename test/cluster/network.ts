import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { atEnd } from '../helpers/at-end.js'

const run = promisify(execFile)

/** A network namespace with one cable to this machine, which can be cut. */
export interface OwnNetwork {
  /** The words before a command that run it in the namespace. */
  readonly prefix: readonly string[]
  /** The address of a process in the namespace, as seen from here. */
  readonly address: string
  /** The URL at which the namespace reaches a server of this machine. */
  reach(url: string): Promise<string>
  /** Loses every packet from here on, both ways, and closes no connection. */
  cut(): Promise<void>
  mend(): Promise<void>
}

/** Whether namespaces can be made: it takes Linux, `ip`, and the rights of root. */
export async function canCutNetworks(): Promise<boolean> {
  const name = newName()
  try {
    await run('ip', ['netns', 'add', name])
    await run('ip', ['netns', 'del', name])
    return true
  } catch {
    return false
  }
}

const newName = (): string => `shotboard${randomBytes(3).toString('hex')}`

/** A new namespace, which goes when the tests of the file have run. */
export async function newNetwork(): Promise<OwnNetwork> {
  const name = newName()
  const [here, there] = [`${name.slice(0, 14)}a`.slice(-15), `${name.slice(0, 14)}b`.slice(-15)]
  const subnet = `10.${randomBytes(1)[0]}.${randomBytes(1)[0]}`
  const ip = (...words: string[]) => run('ip', words)
  await ip('netns', 'add', name)
  atEnd(() => ip('netns', 'del', name))
  await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name)
  await ip('address', 'add', `${subnet}.1/24`, 'dev', here)
  await ip('link', 'set', here, 'up')
  const inside = (...words: string[]) => ip('-n', name, ...words)
  await inside('address', 'add', `${subnet}.2/24`, 'dev', there)
  await inside('link', 'set', there, 'up')
  await inside('link', 'set', 'lo', 'up')
  return {
    prefix: ['ip', 'netns', 'exec', name],
    address: `${subnet}.2`,
    reach: (url) => forwarded(url, `${subnet}.1`),
    cut: async () => void (await ip('link', 'set', here, 'down')),
    mend: async () => void (await ip('link', 'set', here, 'up')),
  }
}

/** Forwards connections to a server that listens on this machine alone. */
async function forwarded(url: string, address: string): Promise<string> {
  const target = new URL(url)
  const { port, hostname } = target
  const open = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname)
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  atEnd(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('no port')
  target.hostname = address
  target.port = String(listening.port)
  return target.href
}

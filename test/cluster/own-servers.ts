import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { atEnd } from '../helpers/at-end.js'
import { temporaryFolder } from '../helpers/folder.js'
import { freePort } from './free-port.js'

const run = promisify(execFile)

/** A server that the tests have started, and may kill. */
export interface OwnServer {
  readonly name: string
  readonly url: string
  /** Kills the process at once, and starts another on the same port. */
  replace(): Promise<void>
}

/** The path of a program; undefined where there is none. */
function programAt(name: string, folders: readonly string[] = []): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

const watched = '"$@" </dev/null & cat >/dev/null; kill -s KILL -- -$! 2>/dev/null; kill -s KILL -- -$$'

/**
 * Starts a server as a group of processes that ends when this process does, however that ends: then nobody holds the other end of its
 * standard input any more.
 */
const startGroup = (
  program: string,
  options: readonly string[],
  more: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
): ChildProcess =>
  spawn('sh', ['-c', watched, 'sh', program, ...options], {
    ...more,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })

/** Kills a server with the processes that it has left its work to, some of them in a group of its own. */
const killGroup = ({ stdin }: ChildProcess): void => {
  stdin?.destroy()
}

/** A process, leader of a group, that is killed at the end, and can be replaced. */
async function keptRunning(name: string, start: () => ChildProcess, isReady: () => Promise<boolean>) {
  let current = start()
  atEnd(async () => killGroup(current))
  const ready = async () => {
    for (let tries = 0; tries < 300; tries++) {
      if (await isReady().catch(() => false)) return
      if (current.exitCode !== null) throw new Error(`${name} has ended`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`${name} is not ready`)
  }
  await ready()
  return async () => {
    const gone = new Promise((resolve) => current.once('exit', resolve))
    killGroup(current)
    await gone
    current = start()
    await ready()
  }
}

/** A Redis of the tests' own, which keeps nothing when it is killed. Undefined where it is not installed. */
export async function ownRedis(): Promise<OwnServer | undefined> {
  const program = programAt('redis-server')
  const client = programAt('redis-cli')
  if (!program || !client) return undefined
  const [port, dir] = [await freePort(), await temporaryFolder()]
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const replace = await keptRunning(
    'Redis',
    () => startGroup(program, options),
    async () => (await run(client, ['-p', `${port}`, 'ping'])).stdout.trim() === 'PONG',
  )
  return { name: 'Redis', url: `redis://127.0.0.1:${port}`, replace }
}

/** Postgres refuses to run as root: this is nobody, who has no files. */
const nobody = 65534

/** A Postgres cluster of the tests' own. Undefined where it is not installed. */
export async function ownPostgres(): Promise<Omit<OwnServer, 'replace'> | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  const folders = versions
    .sort()
    .reverse()
    .map((version) => `/usr/lib/postgresql/${version}/bin`)
  const [initdb, postgres] = [programAt('initdb', folders), programAt('postgres', folders)]
  if (!initdb || !postgres) return undefined
  const [port, dir] = [await freePort(), await temporaryFolder()]
  const as = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if ('uid' in as) await chown(dir, nobody, nobody)
  const data = join(dir, 'data')
  await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    cwd: dir,
  })
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${dir}`,
    'max_connections=200',
  ]
  const options = ['-D', data, '-p', `${port}`, ...settings.flatMap((each) => ['-c', each])]
  await keptRunning(
    'Postgres',
    () => startGroup(postgres, options, { cwd: dir, ...as }),
    () => isOpen(port),
  )
  return { name: 'Postgres', url: `postgresql://postgres@127.0.0.1:${port}/postgres` }
}

const services = ['account', 'container', 'object'] as const

/**
 * An S3 server of the tests' own that keeps what it has when it is killed: OpenStack Swift, from Debian's packages `swift-proxy`,
 * `swift-account`, `swift-container`, `swift-object` and `memcached`. Undefined where it is not installed.
 */
export async function ownS3(): Promise<OwnServer | undefined> {
  const names = [...services, 'proxy'].map((service) => `swift-${service}-server`)
  const programs = [...names, 'swift-ring-builder', 'memcached'].map((name) => programAt(name))
  if (programs.includes(undefined)) return undefined
  const dir = await temporaryFolder()
  const path = (name: string) => join(dir, name)
  const user = userInfo().username
  await mkdir(path('disks/d1'), { recursive: true })
  await writeFile(
    path('swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n[storage-policy:0]\nname = default\ndefault = yes\n',
  )
  const common = (port: number) =>
    `[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = ${port}\nworkers = 1\nswift_dir = ${dir}\nuser = ${user}\nlog_level = WARNING\n`
  const start = (name: string, ...options: string[]) => {
    const child = startGroup(name, options)
    atEnd(async () => killGroup(child))
    return child
  }
  for (const service of services) {
    const port = await freePort()
    const builder = path(`${service}.builder`)
    const ring = (...options: string[]) => run('swift-ring-builder', [builder, ...options])
    await ring('create', '6', '1', '1')
    const device = ['--region', '1', '--zone', '1', '--ip', '127.0.0.1', '--device', 'd1', '--weight', '1']
    await ring('add', ...device, '--port', `${port}`)
    await ring('rebalance')
    await writeFile(
      path(`${service}.conf`),
      `${common(port)}devices = ${path('disks')}\nmount_check = false\n[pipeline:main]\npipeline = ${service}-server\n[app:${service}-server]\nuse = egg:swift#${service}\n`,
    )
    start(`swift-${service}-server`, path(`${service}.conf`))
  }
  const [port, cachePort] = [await freePort(), await freePort()]
  start('memcached', '-u', user, '-p', `${cachePort}`, '-l', '127.0.0.1', '-m', '32')
  const filters = {
    catch_errors: '',
    cache: `use = egg:swift#memcache\nmemcache_servers = 127.0.0.1:${cachePort}\n`,
    listing_formats: '',
    bulk: '',
    s3api: 's3_acl = false\nlocation = us-east-1\n',
    tempauth: 'user_test_tester = testing .admin\n',
    slo: '',
    dlo: '',
  }
  await writeFile(
    path('proxy.conf'),
    [
      `${common(port)}[pipeline:main]\npipeline = ${Object.keys(filters).join(' ')} proxy-server\n`,
      '[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n',
      ...Object.entries(filters).map(
        ([name, options]) =>
          `[filter:${name}]\n${options.startsWith('use ') ? '' : `use = egg:swift#${name}\n`}${options}`,
      ),
    ].join(''),
  )
  const url = `http://127.0.0.1:${port}`
  const replace = await keptRunning(
    'the S3 server',
    () => startGroup('swift-proxy-server', [path('proxy.conf')]),
    async () => (await fetch(`${url}/info`)).ok,
  )
  return { name: 'the S3 server', url, replace }
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

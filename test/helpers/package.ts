import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './folder.js'
import { root } from './programs.js'

const run = promisify(execFile)

/** The settings of npm that reach a process that npm itself runs are left out: a user's shell has none of them. */
export const userEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|NODE_ENV$|VITEST|SHOTBOARD_|PORT$|HOST$)/i.test(name),
    ),
  ),
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
}

/** The packed package, and that of its client, which it depends on: the paths of their tarballs. */
export async function packShotboard(): Promise<readonly [string, string]> {
  // npm pack would build first, under the feet of the tests that run what is built.
  await run('npm', ['run', 'prepack'], { cwd: root, env: userEnvironment })
  return [await packFolder(root), await packFolder(join(root, 'client'))]
}

/** A packed folder: the path of its tarball. None of its scripts run. */
export async function packFolder(folder: string): Promise<string> {
  const to = await temporaryFolder()
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', to], {
    ...{ cwd: folder, env: userEnvironment, maxBuffer: 2 ** 26 },
  })
  const [name = ''] = await readdir(to)
  return join(to, name)
}

/** An empty project with packages in it, installed by one version of npm or by the one that is here. */
export async function install(
  tarballs: readonly string[],
  npm?: string,
): Promise<{ project: string; output: string }> {
  const project = await temporaryFolder()
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty', type: 'module', private: true }),
  )
  const [command = '', ...parameters] = npm === undefined ? ['npm'] : ['npx', '-y', `npm@${npm}`]
  const { stdout, stderr } = await run(
    command,
    [...parameters, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs],
    { cwd: project, env: userEnvironment },
  )
  return { project, output: stdout + stderr }
}

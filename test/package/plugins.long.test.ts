import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { patchesOf } from '../../src/features/patches.js'
import { featuresOf, type SpaceFeatures } from '../../src/features/space-features.js'
import { type NamedTensor, writeSafetensors } from '../../src/tensor/safetensors.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { temporaryFolder } from '../helpers/folder.js'
import { userEnvironment as env, install, packFolder, packShotboard } from '../helpers/package.js'
import { built, root, title } from '../helpers/programs.js'
import { outsidePlugins } from '../plugins/outside-plugins.js'

const run = promisify(execFile)
const packageOf = (name: string) => `shotboard-test-${name}`

/** A file of features with prompts. */
async function featuresFile(): Promise<string> {
  const { support, queries, images } = syntheticTask({ shots: [4, 4, 4], noise: 1, patches: true })
  const prompts = await support.prompts?.()
  const tensors = new Map<string, NamedTensor>()
  const put = (
    name: string,
    matrix: { rows: number; columns: number; data: Float32Array } | null | undefined,
  ) => {
    if (matrix)
      tensors.set(name, { type: 'float32', shape: [matrix.rows, matrix.columns], data: matrix.data })
  }
  const putPatches = (split: string, features: SpaceFeatures) => {
    const { rows, columns } = featuresOf(features, 'clip')
    const { perImage, features: patches } = patchesOf(features, 0, rows)
    tensors.set(`${split}_patches`, {
      ...{ type: 'float32', shape: [rows, perImage, columns], data: patches.data },
    })
  }
  const putLabels = (name: string, data: Int32Array) =>
    tensors.set(name, { type: 'int32', shape: [data.length], data })
  put('support_4_features', support.features.clip)
  putLabels('support_4_labels', support.labels)
  put('test_features', queries.clip)
  putLabels(
    'test_labels',
    Int32Array.from({ length: images }, (_, i) => i % 3),
  )
  putPatches('support_4', support.features)
  putPatches('test', queries)
  put('prompt_features', prompts?.features)
  putLabels('prompt_labels', prompts?.labels ?? new Int32Array())
  const file = join(await temporaryFolder(), 'features.safetensors')
  await writeSafetensors(file, { tensors, metadata: {} }, 'features')
  return file
}

describe.skipIf(!built)(`plugins, installed beside the package made from ${title}`, () => {
  let shotboard: readonly string[]
  let project: string
  const inProject = (file: string, ...parameters: string[]) =>
    run(file, parameters, { cwd: project, env, maxBuffer: 2 ** 26 })
  const evaluated = async (plugins: string, methods: string) => {
    const { stdout } = await inProject(
      ...(['node_modules/.bin/shotboard', 'evaluate', '--plugins', plugins, '--method', methods] as const),
      ...['--selection', 'leave-one-out', '--json', await featuresFile()],
    )
    return JSON.parse(stdout) as { method: string; accuracy: number }[]
  }

  beforeAll(async () => {
    shotboard = await packShotboard()
    const tarballs = await Promise.all(
      outsidePlugins.map((name) => packFolder(join(root, 'test/plugins/outside', name))),
    )
    ;({ project } = await install([...shotboard, ...tarballs]))
  })

  test.each(outsidePlugins)('%s passes the common suite', async (name) => {
    const file = `${name}.test.mjs`
    await writeFile(
      join(project, file),
      `import { test } from 'node:test'
import { methodChecks } from 'shotboard/testing'
import plugin from '${packageOf(name)}'
for (const method of plugin.methods) for (const { name, run } of methodChecks(method)) test(name, run)
`,
    )
    const { stdout } = await inProject(process.execPath, '--test', '--test-reporter=tap', file)
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(15)
  })

  test('are evaluated by the names of their packages, with a prefix', async () => {
    const ids = outsidePlugins.map((name) => `outside.${name}`)
    const results = await evaluated(
      outsidePlugins.map((name) => `outside=${packageOf(name)}`).join(),
      ids.join(),
    )
    expect(results.map(({ method }) => method)).toEqual(ids)
    for (const { accuracy } of results) expect(accuracy).toBeGreaterThan(50)
  })

  test('a new plugin builds, tests, packs and is used as it is', async () => {
    const folder = await temporaryFolder()
    const shell = (command: string, ...parameters: string[]) =>
      run(command, parameters, { cwd: join(folder, 'shotboard-near'), env, maxBuffer: 2 ** 26 })
    await run(join(project, 'node_modules/.bin/shotboard'), ['plugin', 'new', 'shotboard-near'], {
      ...{ cwd: folder, env },
    })
    // The version that is being made is in no registry yet.
    await shell('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--save-dev', ...shotboard)
    const { stdout } = await shell('npm', 'test')
    expect(stdout).toMatch(/^(?:#|ℹ) fail 0$/m)
    await shell('npm', 'pack')
    const { files } = JSON.parse(await readFile(join(folder, 'shotboard-near/package.json'), 'utf8'))
    expect(files).toEqual(['dist', '!dist/*.test.*'])
    await inProject(
      ...(['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund'] as const),
      join(folder, 'shotboard-near/shotboard-near-0.1.0.tgz'),
    )
    const results = await evaluated(`shotboard-near,lab=shotboard-near`, 'near,lab.near')
    expect(results.map(({ method }) => method)).toEqual(['near', 'lab.near'])
    expect(results[0]?.accuracy).toBe(results[1]?.accuracy)
  })
})

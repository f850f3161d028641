import { execFile, spawn } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { userEnvironment as environment, install, packShotboard } from '../helpers/package.js'
import { built, follow, root, title } from '../helpers/programs.js'

const run = promisify(execFile)
const typescript = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
)

describe.skipIf(!built)(`the package made from ${title}`, () => {
  let tarballs: readonly string[]
  beforeAll(async () => {
    tarballs = await packShotboard()
  })

  test.each(['10', '11', '12'])(
    'installs with npm %s into an empty project, and runs no script that downloads',
    async (npm) => {
      const { project, output } = await install(tarballs, npm)
      expect(output).toMatch(/added \d+ packages/)
      expect(output).not.toContain('onnxruntime')
      const runtime = join(project, 'node_modules/shotboard/node_modules/onnxruntime-node')
      const description = JSON.parse(await readFile(join(runtime, 'package.json'), 'utf8'))
      expect(description).toMatchObject({ name: 'onnxruntime-node' })
      expect(description).not.toHaveProperty('scripts')
      await access(join(runtime, 'script/install.js'))
      const { stdout } = await run(
        process.execPath,
        ['node_modules/shotboard/dist/cli/shotboard.js', '--version'],
        {
          cwd: project,
          env: environment,
        },
      )
      expect(stdout.trim()).toBe(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version)
    },
  )

  describe('installed into an empty project', () => {
    let project: string
    beforeAll(async () => {
      ;({ project } = await install(tarballs))
    })
    const inProject = (file: string, ...parameters: string[]) =>
      run(file, parameters, { cwd: project, env: environment })
    const program = async (name: string, text: string): Promise<string> => {
      await mkdir(dirname(join(project, name)), { recursive: true })
      await writeFile(join(project, name), text)
      return name
    }

    test('tells its commands', async () => {
      const { stdout } = await inProject('node_modules/.bin/shotboard', '--help')
      for (const command of ['start', 'demo', 'import', 'compare', 'key']) {
        expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'))
      }
    })

    test('has the client under two names, which are one', async () => {
      const file = await program(
        'names.mjs',
        `import * as one from 'shotboard/client'
import * as other from 'shotboard-client'
console.log(one.createClient === other.createClient, one.ShotboardClientError === other.ShotboardClientError)`,
      )
      const { stdout } = await inProject(process.execPath, file)
      expect(stdout.trim()).toBe('true true')
    })

    test('serves its demo from a data folder in the current one, and answers its own client', async () => {
      const { child, printed, ended } = follow(
        spawn('node_modules/.bin/shotboard', ['start'], {
          cwd: project,
          env: { ...environment, PORT: '0', SHOTBOARD_THREADS: '1' },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )
      const url = await printed(/ready at (\S+)\/graphql/)
      await access(join(project, '.shotboard'))
      const page = await (await fetch(url)).text()
      expect(page).toContain('<div id="root">')

      const client = await program(
        'client.mjs',
        `import { CompareDocument, ComparisonDocument, createClient, DatasetsDocument, WatchComparisonDocument } from 'shotboard/client'
const client = createClient({ url: process.argv[2] })
const { datasets } = await client.request(DatasetsDocument, { first: 1 })
const methods = [{ method: 'zero-shot' }, { method: 'tip-adapter' }]
const { compare } = await client.request(CompareDocument, { input: { dataset: datasets.nodes[0].id, support: { shots: [2] }, seeds: [9], methods } })
const seen = []
for await (const { comparison } of client.subscribe(WatchComparisonDocument, { id: compare.comparison.id })) seen.push(comparison.status)
const { comparison } = await client.request(ComparisonDocument, { id: compare.comparison.id })
await client.close()
console.log(JSON.stringify({ dataset: datasets.nodes[0].name, last: seen.at(-1), methods: comparison.rows.nodes.map(({ method }) => method.name) }))
`,
      )
      const { stdout } = await inProject(process.execPath, client, url)
      expect(JSON.parse(stdout)).toEqual({
        dataset: expect.stringContaining('Fashion-MNIST'),
        last: 'SUCCEEDED',
        methods: ['Zero-shot CLIP', 'Tip-Adapter'],
      })
      child.kill('SIGTERM')
      expect(await ended).toMatchObject({ code: 0 })
    })

    test('has its schema, for tools that read one', async () => {
      const reader = await program(
        'schema.mjs',
        `import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema } from 'graphql'
const schema = buildSchema(readFileSync(fileURLToPath(import.meta.resolve('shotboard/schema.graphql')), 'utf8'))
console.log(schema.getQueryType().getFields().datasets.type.toString())
`,
      )
      const { stdout } = await inProject(process.execPath, reader)
      expect(stdout.trim()).toBe('DatasetConnection!')
    })

    test('checks the methods and spaces of a plugin', async () => {
      const checks = await program(
        'checks.test.mjs',
        `import { test } from 'node:test'
import { builtin } from 'shotboard'
import { methodChecks, spaceChecks } from 'shotboard/testing'
for (const method of builtin().methods.slice(0, 2)) for (const { name, run } of methodChecks(method)) test(name, run)
for (const space of builtin().spaces.filter(({ fit }) => fit).slice(0, 1)) for (const { name, run } of spaceChecks(space)) test(name, run)
`,
      )
      const { stdout } = await inProject(process.execPath, '--test', '--test-reporter=tap', checks)
      expect(stdout).toMatch(/^# fail 0$/m)
      expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(10)
    })

    test('has types for every entry', async () => {
      await program(
        'types/tsconfig.json',
        JSON.stringify({
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2023',
            strict: true,
            noEmit: true,
            types: ['node'],
          },
        }),
      )
      const text = (
        id: string,
      ) => `import { defineMethod, type Method, openLibrary, readSettings, zeroShot } from 'shotboard'
import { createClient, DatasetsDocument } from 'shotboard/client'
import { methodChecks } from 'shotboard/testing'

export const method: Method = defineMethod({ id: 'mine', name: 'Mine', summary: 'Texts alone.', space: null, hyperparameters: {}, terms: [zeroShot()] })
export const checks: readonly string[] = methodChecks(method).map(({ name }) => name)
export const library = await openLibrary(readSettings(process.env))
const { datasets } = await createClient({ url: 'http://localhost:4000' }).request(DatasetsDocument, { first: 1 })
export const id: ${id} | undefined = datasets.nodes[0]?.id
`
      const check = () =>
        inProject(process.execPath, typescript, '-p', 'types').catch((error: unknown) => error)
      await program('types/use.ts', text('string'))
      expect(await check()).toMatchObject({ stdout: '' })
      await program('types/use.ts', text('number'))
      expect(await check()).toMatchObject({ stdout: expect.stringContaining("'string' is not assignable") })
    })
  })
})

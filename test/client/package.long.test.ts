import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { install, packFolder, userEnvironment } from '../helpers/package.js'
import { built, root, title } from '../helpers/programs.js'
import { sharedServer } from '../helpers/server.js'

const run = promisify(execFile)

test('the client bundled for browsers and edge runtimes has at most 30 kB and needs nothing of Node', async () => {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry: join(root, 'client/index.ts'), formats: ['es'], fileName: 'client' },
      rollupOptions: { external: ['ws'] },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
    'output' in each ? each.output : [],
  )
  const code = outputs.map((each) => ('code' in each ? each.code : '')).join('\n')
  expect(code).toContain('createDataset')
  expect(gzipSync(code).length).toBeLessThanOrEqual(30_000)
  expect(code).not.toMatch(/node:|__vite-browser-external|\bprocess\.versions\b/)
})

describe.skipIf(!built)(`the package shotboard-client made from ${title}`, () => {
  test('installs alone into an empty project, and classifies against a service', async () => {
    await run('node', ['scripts/pack-client.mjs'], { cwd: root, env: userEnvironment })
    const { project } = await install([await packFolder(join(root, 'client'))])
    const { dependencies } = JSON.parse(
      await readFile(join(project, 'node_modules/shotboard-client/package.json'), 'utf8'),
    )
    expect(Object.keys(dependencies).sort()).toEqual([
      '@graphql-typed-document-node/core',
      'graphql',
      'graphql-ws',
    ])
    const server = await sharedServer()
    const { id } = await makeDataset(server.library, 'Asked for by the package')
    await writeFile(
      join(project, 'ask.mjs'),
      `import { createClient, DatasetDocument } from 'shotboard-client'
const client = createClient({ url: process.argv[2] })
console.log((await client.request(DatasetDocument, { id: process.argv[3] })).dataset.name)`,
    )
    const { stdout } = await run(process.execPath, ['ask.mjs', server.url, id], {
      cwd: project,
      env: userEnvironment,
    })
    expect(stdout.trim()).toBe('Asked for by the package')
  })
})

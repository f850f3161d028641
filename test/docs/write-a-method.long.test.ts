import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { root, runProgram } from '../helpers/programs.js'

// In the checkout, as the page says, so that the modules find the package.
const folder = join(root, '.docs-test', 'long')
const page = await readFile(join(root, 'docs/write-a-method.md'), 'utf8')
const [method = '', space = '', checks = ''] = [...page.matchAll(/```js[^\n]*\n(.*?)```/gs)].map(
  ([, block]) => block ?? '',
)

await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'nearest.mjs'), method)
await writeFile(join(folder, 'roots.mjs'), space)
await writeFile(join(folder, 'plugins.test.mjs'), checks)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the checks of docs/write-a-method.md run in the test runner of Node, and hold', async () => {
  const parameters = ['--test', join(folder, 'plugins.test.mjs')]
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: folder })
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? /ℹ pass (\d+)/.exec(stdout)?.[1])
  expect(passed).toBeGreaterThan(40)
})

test('the command of docs/write-a-method.md starts the service with both plugins', async () => {
  const [, named = ''] = /SHOTBOARD_PLUGINS=(\S+) npm start/.exec(page) ?? []
  const plugins = named.split(',').map((name) => join(folder, name))
  const { printed, child } = await runProgram('start', { SHOTBOARD_PLUGINS: plugins.join() })
  const response = await fetch(await printed(/ready at (http\S+graphql)/), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ methods { id } featureSpaces { id } }' }),
  })
  const { data } = (await response.json()) as {
    data: Record<'methods' | 'featureSpaces', { id: string }[]>
  }
  expect(data.methods.map(({ id }) => id)).toContain('nearest-neighbour')
  expect(data.featureSpaces.map(({ id }) => id)).toContain('roots')
  child.kill('SIGTERM')
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSafetensors } from '../../src/tensor/safetensors.js'
import { temporaryFolder } from '../helpers/folder.js'
import { moduleFile } from '../helpers/plugins.js'
import { runProgram } from '../helpers/programs.js'

test('a plugin that never finishes loading stops the start with an error that names it', async () => {
  const file = await moduleFile('export default () => new Promise(() => {})', 'waiting.mjs')
  const environment = { SHOTBOARD_PLUGINS: file, SHOTBOARD_PLUGIN_LOAD_SECONDS: '1' }
  const { code, output } = await (await runProgram('start', environment)).ended
  expect(output).toMatch(/waiting\.mjs cannot be used: it took longer than 1 s to load/)
  expect(code).toBe(1)
})

test('a plugin with a mistake in its syntax stops the start with an error that says the line', async () => {
  const file = await moduleFile('const first = 1\nconst second = = 2\n', 'broken.mjs')
  const { code, output } = await (await runProgram('start', { SHOTBOARD_PLUGINS: file })).ended
  expect(output).toMatch(/broken\.mjs cannot be used: .*'=' \(broken\.mjs, line 2\)/)
  expect(code).toBe(1)
})

const scoring = (score: string) =>
  moduleFile(`export default { name: 'own', methods: [{
    id: 'own', name: 'Own', summary: '', space: null, hyperparameters: {}, usesTexts: false,
    async score(batch) { ${score} },
  }] }`)

async function featureFile(): Promise<string> {
  const file = join(await temporaryFolder(), 'features.safetensors')
  const unit = Float32Array.of(1, 0, 0, 1)
  const tensors = new Map([
    ['test_features', { type: 'float32', shape: [2, 2], data: unit }],
    ['test_labels', { type: 'int32', shape: [2], data: Int32Array.of(0, 1) }],
    ['support_1_features', { type: 'float32', shape: [2, 2], data: unit }],
    ['support_1_labels', { type: 'int32', shape: [2], data: Int32Array.of(0, 1) }],
  ] as const)
  await writeSafetensors(file, { tensors, metadata: {} }, 'features')
  return file
}

test.each([
  [
    'never settles',
    'return new Promise(() => {})',
    /Plugin own: the method own failed: it took longer than 1 s/,
  ],
  ['throws', `throw new Error('no luck')`, /Plugin own: the method own failed: no luck/],
])(
  'evaluate with the plugin of a method that %s ends with an error that names it',
  async (_, score, says) => {
    const plugins = ['--plugins', await scoring(score)]
    const parameters = ['evaluate', await featureFile(), '--method', 'own', '--selection', 'none', ...plugins]
    const environment = { SHOTBOARD_PLUGIN_CALL_SECONDS: '1' }
    const { code, output } = await (await runProgram('shotboard', environment, ...parameters)).ended
    expect(output).toMatch(says)
    expect(code).toBe(1)
  },
)

test('a service outlives what a plugin leaves behind, and names it', async () => {
  const file = await moduleFile(`
    setTimeout(() => { throw new Error('thrown in a timer') }, 1)
    const lost = async () => { throw new Error('a promise without await') }
    export default () => { setTimeout(lost, 1); return { name: 'careless' } }
  `)
  const program = await runProgram('start', { SHOTBOARD_PLUGINS: file })
  const url = await program.printed(/ready at (\S+)\/graphql/)
  const headers = { 'apollo-require-preflight': 'yes' }
  const { status } = await fetch(`${url}/graphql?query={health{status}}`, { headers })
  expect(status).toBe(200)
  for (const reason of ['thrown in a timer', 'a promise without await']) {
    const said = `Plugin ${file}: the plugin failed: ${reason}, in work that it did not wait for\\.`
    await program.printed(new RegExp(said))
  }
})

test('an error of nobody that is caught by nobody still ends a service', async () => {
  const file = await moduleFile(`setTimeout(() => {
      const error = Object.assign(new RangeError('ours'), { stack: 'RangeError: ours\\n    at node:internal/timers:1:1' })
      process.emit('uncaughtException', error)
    }, 100)
    export default { name: 'innocent' }`)
  const { code, output } = await (await runProgram('start', { SHOTBOARD_PLUGINS: file })).ended
  expect(output).toMatch('RangeError: ours')
  expect(code).toBe(1)
})

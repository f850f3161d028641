import { spawn } from 'node:child_process'
import { cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { tinyModel } from '../encoders/adapters/files.js'
import { temporaryFolder } from '../helpers/folder.js'
import { follow, root } from '../helpers/programs.js'

/** Opens and closes the model in a folder for some seconds, and counts what came of it. */
const opening = `
  import { openEncoder } from './dist/encoders/encoder.js'
  import { openRuntime } from './dist/tensor/runtime.js'
  const [folder, copies, seconds] = process.argv.slice(1)
  const runtime = openRuntime({ threads: 1 })
  const outcomes = {}
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const outcome = await openEncoder(folder, runtime, { copies })
      .then(async (encoder) => {
        try {
          await encoder.load()
        } finally {
          await encoder.close()
        }
        return 'OPENED'
      })
      .catch((error) => error.code ?? String(error))
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  await runtime.close()
  console.log(JSON.stringify(outcomes))
`

const mini = join(root, 'models/mini-clip')
const whole = {
  vision: await readFile(join(mini, 'vision.onnx')),
  text: await readFile(join(mini, 'text.onnx')),
}

test.each<[string, (folder: string) => Promise<void>]>([
  [
    'cut in place and restored',
    async (folder) => {
      const file = join(folder, 'vision.onnx')
      await truncate(file, Math.floor(Math.random() * whole.vision.length))
      await setTimeout(Math.random() * 20)
      await writeFile(file, whole.vision)
    },
  ],
  ['overwritten in place', (folder) => writeFile(join(folder, 'vision.onnx'), whole.vision)],
  [
    'cut in its text tower',
    async (folder) => {
      await truncate(join(folder, 'text.onnx'), 1000)
      await setTimeout(10)
      await writeFile(join(folder, 'text.onnx'), whole.text)
    },
  ],
  [
    'replaced by a new file',
    async (folder) => {
      await writeFile(join(folder, 'new'), whole.vision)
      await rename(join(folder, 'new'), join(folder, 'vision.onnx'))
    },
  ],
  [
    'removed and copied again',
    async (folder) => {
      await rm(folder, { recursive: true })
      await setTimeout(10)
      await cp(mini, folder, { recursive: true })
    },
  ],
])('a model that is %s while it is opened gives an error at most', async (_, disturb) => {
  const temporary = await temporaryFolder()
  const folder = join(temporary, 'model')
  await cp(mini, folder, { recursive: true })
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', opening, folder, join(temporary, 'copies'), '8'],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const { ended } = follow(child)
  let running = true
  void ended.then(() => {
    running = false
  })
  while (running) {
    await setTimeout(Math.random() * 60)
    await disturb(folder)
  }
  const { code, output } = await ended
  expect(code, output).toBe(0)
  const codes = Object.keys(JSON.parse(output.trim().split('\n').at(-1) ?? ''))
  expect(codes.filter((each) => !['OPENED', 'INVALID_MODEL', 'MODEL_CHANGED'].includes(each))).toEqual([])
})

/** Opens the model in a folder, cuts its files, and encodes a text: ONNX Runtime keeps weights of float32 mapped. */
const cutting = `
  import { truncate } from 'node:fs/promises'
  import { openEncoder } from './dist/encoders/encoder.js'
  import { openRuntime } from './dist/tensor/runtime.js'
  const [folder, copies] = process.argv.slice(1)
  const runtime = openRuntime({ threads: 1 })
  const encoder = await openEncoder(folder, runtime, { copies })
  await encoder.load()
  for (const tower of ['vision', 'text']) await truncate(folder + '/onnx/' + tower + '_model.onnx', 0)
  console.log((await encoder.encodeTexts(['a boat'])).rows)
  await encoder.close()
  await runtime.close()
`

test('a model whose files are cut after it was opened goes on', async () => {
  const temporary = await temporaryFolder()
  const folder = join(temporary, 'model')
  await cp(tinyModel('tiny'), folder, { recursive: true })
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', cutting, folder, join(temporary, 'copies')],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  expect(await follow(child).ended).toEqual({ code: 0, output: '1\n' })
})

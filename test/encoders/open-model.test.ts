import { afterAll, expect, test } from 'vitest'
import type { ModelFolder } from '../../src/encoders/manifest.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { closeModel, openModel } from '../../src/encoders/open-model.js'
import { openRuntime, type Runtime } from '../../src/tensor/runtime.js'
import { miniClip } from './files.js'

const runtime = openRuntime({ threads: 1 })
afterAll(() => runtime.close())
const model = await readModelFolder(miniClip)
const { manifest } = model

/** The runtime, with the number of its sessions that are open. */
function countingRuntime(): Runtime & { openSessions(): number } {
  let count = 0
  return {
    ...runtime,
    openSessions: () => count,
    async open(file, options) {
      const session = await runtime.open(file, options)
      count += 1
      return {
        ...session,
        async release() {
          count -= 1
          await session.release()
        },
      }
    },
  }
}

const changed = (parts: Partial<ModelFolder['manifest']>): ModelFolder => ({
  ...model,
  manifest: { ...manifest, ...parts },
})

test('a model that is closed leaves no session open', async () => {
  const counting = countingRuntime()
  const opened = await openModel(model, counting)
  expect(counting.openSessions()).toBe(2)
  await closeModel(opened)
  expect(counting.openSessions()).toBe(0)
})

test.each([
  ['tokenizer', changed({ tokenizer: 'model.json' })],
  ['image tower', changed({ vision: { ...manifest.vision, outputs: ['nothing'] } })],
  ['image tower with an adapter', changed({ adapter: { file: 'vision.onnx' } })],
  ['text tower', changed({ text: { ...manifest.text, file: 'tokenizer.json' } })],
  ['output of the text tower', changed({ text: { ...manifest.text, outputs: ['nothing'] } })],
])('a model whose %s fails to open leaves no session open', async (_, broken) => {
  const counting = countingRuntime()
  await expect(openModel(broken, counting)).rejects.toThrow()
  expect(counting.openSessions()).toBe(0)
})

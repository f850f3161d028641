import { expect, test } from 'vitest'
import type { ModelFolder } from '../../src/encoders/manifest.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { closeModel, openModel } from '../../src/encoders/open-model.js'
import type { Runtime } from '../../src/tensor/runtime.js'
import { sharedRuntime } from '../helpers/shared.js'
import { miniClip } from './files.js'

const runtime = sharedRuntime()
const model = await readModelFolder(miniClip)
const { manifest } = model

/** The runtime, with the numbers of sessions that it has opened and released. */
function countingRuntime() {
  const sessions = { opened: 0, released: 0 }
  const counting: Runtime = {
    ...runtime,
    async open(file, options) {
      const session = await runtime.open(file, options)
      sessions.opened += 1
      return {
        ...session,
        async release() {
          sessions.released += 1
          await session.release()
        },
      }
    },
  }
  return { counting, sessions }
}

const changed = (parts: Partial<ModelFolder['manifest']>): ModelFolder => ({
  ...model,
  manifest: { ...manifest, ...parts },
})

test('a model that is closed leaves no session open', async () => {
  const { counting, sessions } = countingRuntime()
  const opened = await openModel(model, counting)
  expect(sessions).toEqual({ opened: 2, released: 0 })
  await closeModel(opened)
  expect(sessions).toEqual({ opened: 2, released: 2 })
})

test.each([
  ['tokenizer', 2, changed({ tokenizer: 'model.json' })],
  ['image tower', 2, changed({ vision: { ...manifest.vision, outputs: ['nothing'] } })],
  ['image tower with an adapter', 1, changed({ adapter: { file: 'vision.onnx' } })],
  ['text tower', 1, changed({ text: { ...manifest.text, file: 'tokenizer.json' } })],
  ['output of the text tower', 2, changed({ text: { ...manifest.text, outputs: ['nothing'] } })],
])('a model whose %s fails to open releases what it has opened', async (_, opened, broken) => {
  const { counting, sessions } = countingRuntime()
  await expect(openModel(broken, counting)).rejects.toThrow()
  expect(sessions).toEqual({ opened, released: opened })
})

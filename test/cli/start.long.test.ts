import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { moduleFile } from '../helpers/plugins.js'
import { built, root, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, { concurrent: true }, () => {
  test('start ends well on SIGINT', async () => {
    const { child, printed, ended } = await run('start')
    await printed(/ready at (\S+)/)
    child.kill('SIGINT')
    const { code, output } = await ended
    expect(code).toBe(0)
    expect(output).not.toMatch(/error/i)
  })

  test('a busy port ends the start with that word', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const { code, output } = await (await run('start', { PORT: String(port) })).ended
    other.close()
    expect(code).toBe(1)
    expect(output).toContain(`PORT_IN_USE: Port ${port} on 127.0.0.1 is in use`)
    expect(output).not.toMatch(/^ +at /m)
  })

  test.each(['vision.onnx', 'text.onnx', 'tokenizer.json', 'model.json'])(
    'a corrupt %s ends the start with its name',
    async (file) => {
      const models = await temporaryFolder()
      await mkdir(join(models, 'mini-clip'))
      for (const each of ['vision.onnx', 'text.onnx', 'tokenizer.json', 'model.json']) {
        const path = join(models, 'mini-clip', each)
        const original = join(root, 'models/mini-clip', each)
        if (each !== file) await symlink(original, path)
        else await writeFile(path, (await readFile(original)).subarray(0, 1000).fill(0, 100, 200))
      }
      const { code, output } = await (await run('start', { SHOTBOARD_MODELS_DIR: models })).ended
      expect(code).toBe(1)
      expect(output).toContain(
        `INVALID_MODEL: The model file ${join(models, 'mini-clip', file)} cannot be used`,
      )
      expect(output).not.toMatch(/^ +at /m)
    },
  )

  test.each([
    ['malformed', 'export default { methods: [] }', (file: string) => file],
    ['throwing', 'export default () => { throw new Error("no luck") }', (file: string) => file],
    [
      'clashing',
      'export default { name: "mine", spaces: [{ id: "clip", name: "x", summary: "", base: "clip", trained: false }] }',
      () => 'mine',
    ],
  ])('a %s plugin ends the start with its name', async (_, source, nameOf) => {
    const file = await moduleFile(source)
    const { code, output } = await (await run('start', { SHOTBOARD_PLUGINS: file })).ended
    expect(code).toBe(1)
    expect(output).toContain(`INVALID_PLUGIN: The plugin ${nameOf(file)} cannot be used`)
  })
})

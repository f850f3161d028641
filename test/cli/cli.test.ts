import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { picture } from '../helpers/pictures.js'
import { moduleFile } from '../helpers/plugins.js'
import { built, root, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, { concurrent: true }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('start serves, and ends well on %s', async (signal) => {
    const { child, printed, ended } = await run('start')
    const url = await printed(/ready at (\S+)/)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ health { status } }"}',
    })
    expect(await response.json()).toEqual({ data: { health: { status: 'ok' } } })
    // The IDE is one page that needs nothing from elsewhere.
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('Shotboard')
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/)
    child.kill(signal)
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

  test('mistakes in the settings end the start, all of them listed', async () => {
    const { code, output } = await (await run('start', { PORT: 'x', SHOTBOARD_DEMO: 'y' })).ended
    expect(code).toBe(1)
    expect(output).toMatch(/^INVALID_SETTINGS: .*\n.*PORT=x.*\n.*SHOTBOARD_DEMO=y/)
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

  test('demo wants a folder', async () => {
    expect(await (await run('demo')).ended).toMatchObject({
      code: 2,
      output: expect.stringContaining('-- PATH'),
    })
    const { code, output } = await (await run('demo', {}, '/nowhere')).ended
    expect(code).toBe(1)
    expect(output).toContain('INVALID_FOLDER: /nowhere')
  })

  test('demo imports a folder and prints its comparison; stopped midway, it goes on the next time', async () => {
    const folder = join(await temporaryFolder(), 'patterns')
    for (const [s, split] of ['support_pool', 'validation', 'test'].entries()) {
      for (const [c, name] of ['red', 'green', 'blue'].entries()) {
        await mkdir(join(folder, split, name), { recursive: true })
        for (let i = 0; i < 4; i++) {
          await writeFile(join(folder, split, name, `${i}.png`), await picture(c, 100 * s + i))
        }
      }
    }
    await writeFile(join(folder, 'test/red/broken.png'), 'no image')
    const data = { SHOTBOARD_DATA_DIR: await temporaryFolder() }

    const first = await run('demo', data, folder)
    await first.printed(/Comparing/)
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0 })

    const { code, output } = await (await run('demo', data, folder)).ended
    expect(code).toBe(0)
    expect(output).toContain('"patterns": 0 images added, 36 already there, 1 rejected.')
    expect(output).toMatch(/broken\.png: INVALID_IMAGE/)
    for (const text of [
      'Zero-shot CLIP',
      'Tip-X++',
      'whitened',
      '1 shot ',
      '4 shots',
      'over 3 seeds',
      'At 4 shots per class',
    ]) {
      expect(output).toContain(text)
    }
  })
})

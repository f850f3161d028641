import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { classNames, picture } from '../helpers/pictures.js'
import { built, runProgram, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, () => {
  test('an adapter is trained, compared, exported, imported, used and removed by commands', async () => {
    const folder = join(await temporaryFolder(), 'generic')
    for (const [s, split] of ['support_pool', 'validation', 'test'].entries()) {
      for (const [c, name] of classNames.entries()) {
        await mkdir(join(folder, split, name), { recursive: true })
        for (let i = 0; i < 4; i++) {
          await writeFile(join(folder, split, name, `${i}.png`), await picture(c, 100 * s + i))
        }
      }
    }
    const data = { SHOTBOARD_DATA_DIR: await temporaryFolder() }
    const run = async (...parameters: string[]) => (await runProgram('shotboard', data, ...parameters)).ended
    const adapters = (...parameters: string[]) => run('adapters', ...parameters)
    expect((await run('import', folder, '--name', 'generic')).code).toBe(0)

    const trained = await adapters(
      ...['train', '--dataset', 'generic', '--name', 'mine'],
      ...['--batch', '6', '--bottleneck', '4', '--epochs', '2'],
    )
    expect(trained).toMatchObject({ code: 0, output: expect.stringContaining('imo:mine') })
    const file = join(data.SHOTBOARD_DATA_DIR, 'copy.safetensors')
    expect(await adapters('export', 'mine', file)).toMatchObject({ code: 0 })
    expect((await stat(file)).size).toBeGreaterThan(1000)
    expect(await adapters('import', file)).toMatchObject({ code: 0, output: 'imo:copy\n' })
    expect((await adapters('use', 'copy')).output).toContain('The imo space of mini-clip uses copy.')
    expect((await adapters('list')).output).toMatch(/imo:copy \*[\s\S]*imo:mine /)

    const compared = await adapters('compare', 'mine', '--dataset', 'generic', '--shots', '1', '--seeds', '1')
    expect(compared.code).toBe(0)
    expect(compared.output).toMatch(/imo:mine +│ 0\.\d{4}/)
    expect(compared.output).toMatch(/Tip-Adapter +│ imo:mine/)

    expect(await adapters('remove', 'mine')).toMatchObject({ code: 0 })
    const gone = await adapters('remove', 'mine')
    expect(gone).toMatchObject({ code: 1, output: expect.stringContaining('UNKNOWN_ADAPTER') })
    const wrong = await adapters('train', '--dataset', 'generic', '--scale', '-1')
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('INVALID_VALUE: scale') })
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { picture } from '../helpers/pictures.js'
import { built, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, () => {
  test('import --dry-run says what it would do, import does it, and add adds to a class', async () => {
    const folder = join(await temporaryFolder(), 'birds')
    await mkdir(join(folder, 'train/owl'), { recursive: true })
    await mkdir(join(folder, 'train/wren'), { recursive: true })
    await writeFile(join(folder, 'train/owl/1.png'), await picture(0, 1))
    await writeFile(join(folder, 'train/wren/1.png'), await picture(1, 1))
    await writeFile(join(folder, 'train/wren/same.png'), await picture(0, 1))
    const data = { SHOTBOARD_DATA_DIR: await temporaryFolder() }
    const ended = async (...parameters: string[]) => (await run('shotboard', data, ...parameters)).ended

    const planned = await ended('import', folder, '--dry-run')
    expect(planned.code).toBe(1)
    expect(planned.output).toContain('A new dataset "birds"')
    expect(planned.output).toMatch(/owl\s+│\s+1 │\s+0 │\s+0/)
    expect(planned.output).toContain('2 to add, 0 are there twice, 1 left out.')
    expect(planned.output).toContain('train/wren/same.png: LABEL_CONFLICT')

    const imported = await ended('import', folder)
    expect(imported.output).toContain('"birds": 2 images added, 0 already there, 1 rejected.')

    const extra = join(await temporaryFolder(), 'extra.png')
    await writeFile(extra, await picture(1, 5))
    const added = await ended('add', 'birds', extra, '--class', 'wren', '--split', 'test')
    expect(added).toMatchObject({ code: 0 })
    expect(added.output).toContain('"birds": 1 images added to "wren", 0 already there, 0 rejected.')
    expect((await ended('add', 'birds', extra, '--class', 'wren', '--split', 'x')).output).toContain(
      'Give support_pool, validation or test.',
    )
    expect(await ended('add', 'birds', extra, '--class', 'crow')).toMatchObject({
      code: 1,
      output: expect.stringContaining('UNKNOWN_CLASS'),
    })
  })
})

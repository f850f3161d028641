import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { picture } from '../helpers/pictures.js'
import { built, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, () => {
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
      'over 3 support sets',
      'At 4 shots per class',
    ]) {
      expect(output).toContain(text)
    }
  })

  test('demo of a folder with uneven classes takes at most 1, 4 and 16 images, and says so', async () => {
    const folder = join(await temporaryFolder(), 'uneven')
    const sizes = [2, 6, 5]
    for (const [c, name] of ['red', 'green', 'blue'].entries()) {
      for (const [s, split] of ['support_pool', 'test'].entries()) {
        await mkdir(join(folder, split, name), { recursive: true })
        for (let i = 0; i < (sizes[c] ?? 0); i++) {
          await writeFile(join(folder, split, name, `${i}.png`), await picture(c, 100 * s + i))
        }
      }
    }
    const { code, output } = await (
      await run('demo', { SHOTBOARD_DATA_DIR: await temporaryFolder() }, folder)
    ).ended
    expect(code).toBe(0)
    expect(output).toContain(
      'Class "red" has 2 images to draw from, so a class gives at most 1 or 4 images; a smaller one gives all it has.',
    )
    expect(output).toContain('At 4 shots, a class had 2 to 4 images, 3.3 on average.')
  })
})

import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tinyModel } from '../encoders/adapters/files.js'
import { temporaryFolder } from '../helpers/folder.js'
import { built, root, runProgram, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, () => {
  const models = async (data: string, ...parameters: string[]) => {
    const { ended } = await runProgram('shotboard', { SHOTBOARD_DATA_DIR: data }, 'models', ...parameters)
    return ended
  }

  test('a model is added by a relative path, listed, and removed', async () => {
    const data = await temporaryFolder()
    const path = join(data, 'my-clip')
    await cp(tinyModel('tiny'), path, { recursive: true })
    const added = await models(data, 'add', relative(root, path))
    expect(added.output).toContain('Added my-clip: 32 × 32 pixels to 16 dimensions')
    expect((await models(data, 'list')).output).toContain('my-clip')
    expect((await models(data, 'remove', 'my-clip')).code).toBe(0)
    expect(await readdir(join(data, 'models'))).toEqual([])
  })

  test('an incomplete model stops neither the list nor the start: it is named, and can be removed', async () => {
    const data = await temporaryFolder()
    await cp(tinyModel('tiny'), join(data, 'models/half'), { recursive: true })
    await rm(join(data, 'models/half/tokenizer.json'))
    await mkdir(join(data, 'models/nothing'))

    const { code, output } = await models(data, 'list')
    expect(code, output).toBe(0)
    expect(output).toContain('mini-clip *')
    expect(output).toMatch(/Left out: half\. .*tokenizer\.json cannot be used: it does not exist/)

    const service = await runProgram('start', { SHOTBOARD_DATA_DIR: data })
    await service.printed(/ready at (\S+)/)
    service.child.kill('SIGTERM')
    expect((await service.ended).output).toContain('a model cannot be used and is left out')

    for (const id of ['half', 'nothing']) expect((await models(data, 'remove', id)).code).toBe(0)
    expect(await readdir(join(data, 'models'))).toEqual([])
  })
})

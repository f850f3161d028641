import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { linkModel } from '../helpers/library-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'
import { moduleFile, outsiders } from '../helpers/plugins.js'

const images = [{ base64: await base64(picture(0, 9600)) }]

test('a classifier whose plugin or model is gone or has changed says which, and answers again when it is back', async () => {
  const [folder, models] = [await temporaryFolder(), await temporaryFolder()]
  await linkModel(join(models, 'other'), { id: 'other', name: 'Other' })
  await cp(fileURLToPath(new URL('../../models/mini-clip', import.meta.url)), join(models, 'mini-clip'), {
    recursive: true,
  })
  const plugin = await outsiders()
  const all = { SHOTBOARD_PLUGINS: plugin, SHOTBOARD_MODELS_DIR: models }
  const first = await openTestLibrary(folder, all)
  const dataset = await makeDataset(first, 'Patterns')
  const draw = { dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 }
  const { id: supportSet } = await first.supportSets.create(draw)
  const other = await first.supportSets.create({ ...draw, encoder: 'other' })
  await first.classifiers.create({ name: 'method', supportSet, method: 'bias' })
  await first.classifiers.create({ name: 'space', supportSet, method: 'tip-adapter', space: 'mirrored' })
  await first.classifiers.create({ name: 'model', supportSet: other.id, method: 'gda' })
  await first.classifiers.create({ name: 'built in', supportSet, method: 'gda' })
  const answerOf = async (library: typeof first, classifier: string) =>
    (await library.classifiers.classify({ classifier, images, topK: 3 })).map(({ top }) => top)
  const before = await Promise.all(['method', 'space', 'model'].map((name) => answerOf(first, name)))
  await first.close()

  const without = await openTestLibrary(folder)
  const problem = (classifier: string) =>
    without.classifiers.classify({ classifier, images, topK: 1 }).then(
      () => null,
      ({ code, message }) => [code, message],
    )
  const gone = (what: string) => ['CLASSIFIER_NOT_USABLE', expect.stringContaining(what)]
  expect(await problem('method')).toEqual(gone('the method bias of the plugin outsiders'))
  expect(await problem('space')).toEqual(gone('the space mirrored of the plugin outsiders'))
  expect(await problem('model')).toEqual(gone('the encoder other'))
  expect(await problem('built in')).toBeNull()
  await without.close()

  const changed = await openTestLibrary(folder, {
    ...all,
    SHOTBOARD_PLUGINS: await moduleFile(
      `import plugin from ${JSON.stringify(plugin)}\nexport default (...given) => plugin(...given)`,
      'changed.mjs',
    ),
  })
  await expect(answerOf(changed, 'method')).rejects.toMatchObject({
    code: 'CLASSIFIER_NOT_USABLE',
    message: expect.stringContaining('as it was'),
  })
  await changed.close()

  const again = await openTestLibrary(folder, all)
  expect(await Promise.all(['method', 'space', 'model'].map((name) => answerOf(again, name)))).toEqual(before)
  await again.close()
})

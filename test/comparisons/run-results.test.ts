import { expect, test } from 'vitest'
import { createRunResults } from '../../src/comparisons/run-results.js'
import { createFolderObjects } from '../../src/store/objects/folder-objects.js'
import { temporaryFolder } from '../helpers/folder.js'

test('those who want the results of a run at the same time read its file once', async () => {
  const objects = createFolderObjects(await temporaryFolder())
  const labels = Int32Array.of(0, 1, 2)
  await createRunResults(objects).write('run', { labels, predicted: labels })
  const results = createRunResults(objects)
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => results.read('run')))
  expect(first).toEqual({ labels, predicted: labels })
  for (const each of others) expect(each).toBe(first)
})

test('a file that could not be read is read again when it is there', async () => {
  const objects = createFolderObjects(await temporaryFolder())
  const results = createRunResults(objects)
  const missing = await Promise.allSettled([results.read('run'), results.read('run')])
  expect(missing.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const labels = Int32Array.of(1)
  await createRunResults(objects).write('run', { labels, predicted: labels })
  expect(await results.read('run')).toEqual({ labels, predicted: labels })
})

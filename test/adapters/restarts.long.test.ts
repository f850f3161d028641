import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { OpenedLibrary } from '../../src/library/library.js'
import type { TrainingSettingsInput } from '../../src/training/settings.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { smallTraining as settings, weightsOf } from '../helpers/training.js'

const folder = await temporaryFolder()
const library = await openTestLibrary(folder)
const dataset = await makeDataset(library, 'Generic')

async function train(name: string, more: Partial<TrainingSettingsInput>) {
  const { id } = await library.trainings.train({ ...settings, ...more, dataset: dataset.id, name })
  return library.trainings.ended(id)
}

async function untilStep(where: OpenedLibrary, id: string, step: number): Promise<void> {
  for await (const state of await where.trainings.watch(id)) if (state.step >= step) return
}

test('a training that is interrupted by a cancellation and a restart gives the same adapter', async () => {
  const many = { epochs: 12 }
  await train('undisturbed', many)
  const { id } = await library.trainings.train({
    ...settings,
    ...many,
    dataset: dataset.id,
    name: 'disturbed',
  })
  await untilStep(library, id, 1)
  const cancelled = await library.trainings.cancel(id)
  expect(cancelled.status).toBe('CANCELLED')
  expect((await library.adapters.list()).map(({ name }) => name)).toEqual(['undisturbed'])

  await library.trainings.continueTraining(id)
  await untilStep(library, id, cancelled.step + 1)
  await library.close()
  const next = await openTestLibrary(folder)
  const ended = await next.trainings.ended(id)
  expect(ended).toMatchObject({ status: 'SUCCEEDED', step: 108 })
  expect(await weightsOf(next, 'disturbed')).toEqual(await weightsOf(next, 'undisturbed'))
  const checkpoints = await filesBelow(join(folder, 'trainings')).catch(() => [])
  expect(checkpoints).toEqual([])
  await next.close()
})

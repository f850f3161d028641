import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { ShotboardError } from '../../src/errors.js'
import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { atEnd } from '../helpers/at-end.js'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { mayMount, mountSmallDisk } from '../helpers/small-disk.js'
import { smallTraining, weightsOf } from '../helpers/training.js'

const request = (dataset: string): CompareInput => ({
  ...{ dataset, shots: [1, 2], seeds: [1], methods: [{ method: 'tip-adapter' }, { method: 'zero-shot' }] },
  ...{ selection: 'LEAVE_ONE_OUT', klScaling: 'FROZEN', augmentations: 1 },
})

/** A library whose faults are kept; `environment` beside its folder. */
async function open(folder: string, environment: Record<string, string> = {}) {
  const faults = vi.fn<(job: string, error: unknown) => void>()
  const settings = readSettings({ SHOTBOARD_DATA_DIR: folder, SHOTBOARD_THREADS: '1', ...environment })
  const library = await openLibrary(settings, { onError: faults })
  atEnd(library.close)
  return { library, faults }
}

async function measured({ store }: OpenedLibrary, comparison: string) {
  const runs = await store.comparisons.runs(comparison)
  return runs.map(({ method, shots, seed, status, result }) => [
    ...[method, shots, seed, status],
    ...[result?.accuracy, result?.calibrationError],
  ])
}

const title = mayMount ? 'a full disk' : 'a full disk (skipped: this user may not mount one)'

describe.skipIf(!mayMount)(title, async () => {
  const { library: undisturbed } = mayMount
    ? await open(await temporaryFolder())
    : { library: undefined as never }

  test.each([
    ['features', 'features', 64, 'features'],
    ['results', 'runs', 64, 'the results of a run'],
    ['the database', 'database', 3000, 'the database'],
  ])('of %s parks a comparison, which goes on when there is room again', async (_, name, kilobytes, what) => {
    const folder = await temporaryFolder()
    const disk = await mountSmallDisk(join(folder, name), kilobytes)
    const environment =
      name === 'database' ? { DATABASE_URL: `file:${join(folder, name, 'shotboard.db')}` } : undefined
    const { library, faults } = await open(folder, environment)
    const { id: dataset } = await makeDataset(library, 'Parked')
    if (name === 'database') {
      const { id } = await library.comparisons.compare(request(dataset))
      await disk.fill()
      await expectFault(faults, what)
      const classes = Array.from({ length: 500 }, (_, i) => ({ name: `class ${i}` }))
      const refused = library.datasets.create({ name: 'Refused', classes })
      await expect(refused).rejects.toMatchObject({ code: 'DISK_FULL' })
      await disk.free()
      await expectSame(library, id)
      return
    }
    await disk.fill()
    const { id } = await library.comparisons.compare(request(dataset))
    await expectFault(faults, what)
    const parked = await library.store.comparisons.get(id)
    expect(parked).toMatchObject({ finishedAt: null, error: expect.stringContaining('disk is full') })
    await disk.free()
    await expectSame(library, id)
  })

  async function expectFault(faults: ReturnType<typeof vi.fn>, what: string): Promise<void> {
    await vi.waitFor(() => expect(faults).toHaveBeenCalled(), { timeout: 30_000, interval: 10 })
    const fault = faults.mock.calls[0]?.[1] as ShotboardError
    expect(fault).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(what) })
  }

  async function expectSame(library: OpenedLibrary, id: string): Promise<void> {
    expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
    const name = `Undisturbed ${id}`
    const whole = await undisturbed.comparisons.compare(request((await makeDataset(undisturbed, name)).id))
    await undisturbed.comparisons.ended(whole.id)
    expect(await measured(library, id)).toEqual(await measured(undisturbed, whole.id))
  }

  test.each([
    ['checkpoints', 'trainings'],
    ['adapters', 'adapters'],
  ])('of %s parks a training, which comes to the same adapter when there is room again', async (_, name) => {
    const folder = await temporaryFolder()
    const disk = await mountSmallDisk(join(folder, name), 4000)
    const { library, faults } = await open(folder)
    await makeDataset(library, 'Generic')
    await disk.fill()
    const id = await startTraining(library)
    await expectFault(faults, 'an adapter')
    const stored = async () => await library.store.trainings.get(id)
    const parked = { finishedAt: null, error: expect.stringContaining('disk is full') }
    await expect.poll(stored).toMatchObject(parked)
    expect(await library.adapters.list()).toEqual([])
    await disk.free()
    expect(await library.trainings.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null, step: 18 })
    expect(await weightsOf(library, 'trained')).toEqual(await undisturbedWeights())
  })

  async function startTraining({ trainings, store }: OpenedLibrary): Promise<string> {
    const dataset = await store.datasets.findByName('Generic')
    return (await trainings.train({ ...smallTraining, dataset: dataset?.id ?? '', name: 'trained' })).id
  }

  async function undisturbedWeights() {
    const { library } = await open(await temporaryFolder())
    await makeDataset(library, 'Generic')
    await library.trainings.ended(await startTraining(library))
    return weightsOf(library, 'trained')
  }

  test('of images refuses them with DISK_FULL and keeps none by half', async () => {
    const folder = await temporaryFolder()
    const disk = await mountSmallDisk(join(folder, 'images'), 400)
    const { library } = await open(folder)
    const { id: dataset } = await library.datasets.create({
      name: 'Full',
      classes: ['red stripes', 'green squares', 'blue disc'].map((name) => ({ name })),
    })
    const images = await labelledPictures({ TEST: 2 })
    await disk.fill()
    await expect(library.datasets.addImages({ dataset, images })).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await library.store.datasets.images(dataset)).toEqual([])
    await disk.free()
    expect(await library.datasets.addImages({ dataset, images })).toMatchObject({ added: 6, rejected: [] })
  })
})

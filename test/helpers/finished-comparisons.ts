import { randomUUID } from 'node:crypto'
import type { Predictions } from '../../src/evaluation/predictions.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import type { RunRequest } from '../../src/store/run-row.js'
import { type Random, seeded } from '../../src/system/random.js'

/** Comparisons of 15 runs as they stand when they have ended, without anything having been computed: results by chance. */
export async function makeFinishedComparisons(library: OpenedLibrary, count: number): Promise<string[]> {
  const { store, datasets, encoders, runResults } = library
  const name = `Finished ${randomUUID()}`
  const dataset = await datasets.create({ name, classes: [{ name: 'a' }, { name: 'b' }] })
  const random = seeded('finished')
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    const runs = [1, 2, 4, 8, 16].flatMap((shots) =>
      [1, 2, 3].map((seed) => ({
        ...({
          ...{ datasetId: dataset.id, testDatasetId: null, encoder: encoders.default.id },
          ...{ method: 'tip-adapter', space: 'clip', shots, drawing: 'EXACT', seed, augmentations: 1 },
          ...{
            selection: 'VALIDATION',
            search: 'EXACT',
            klScaling: 'FROZEN',
            fixed: {},
            coverage: 0.9,
            unknownDatasetId: null,
            holdOut: [],
          },
        } satisfies RunRequest),
        fingerprint: randomUUID(),
      })),
    )
    const { id } = await store.comparisons.create({
      ...{ fingerprint: randomUUID(), datasetId: dataset.id, testDatasetId: null },
      ...{ encoder: encoders.default.id, lastImage: 0, contents: '', runs },
    })
    for (const run of await store.comparisons.runs(id)) {
      const attempt = await store.runs.start(run.id)
      await runResults.write(run.id, predictionsByChance(random))
      await attempt?.succeed({
        ...{ supportSetId: null, selectionImages: 100, selectionAccuracy: 50, unshiftedAccuracy: null },
        ...{ labelledImages: 102, perClass: { least: 1, mean: 1, most: 1 }, prompts: null, temperature: 1 },
        ...{ accuracy: 100 * random.next(), top5Accuracy: 100, calibrationError: 0.1, testImages: 500 },
        ...{ hyperparameters: { alpha: 1, beta: 5.5 }, encodeMs: 1, searchMs: 1, scoreMs: 1 },
      })
    }
    await store.comparisons.update(id, { status: 'SUCCEEDED', progress: 1, finishedAt: new Date() })
    ids.push(id)
  }
  return ids
}

function predictionsByChance(random: Random): Predictions {
  const draw = () => Int32Array.from({ length: 8 }, () => random.integer(2))
  return { labels: draw(), predicted: draw(), confidence: new Float32Array(8).fill(0.5), rank: draw() }
}

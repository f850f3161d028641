import { describe, expect, test } from 'vitest'
import type { ComparisonFilter, ComparisonOrder } from '../../src/store/comparison-page.js'
import { openDatabase } from '../../src/store/database.js'
import type { Direction } from '../../src/store/read-page.js'
import type { RunOrder } from '../../src/store/run-page.js'
import type { RunRequest, RunRow } from '../../src/store/runs.js'
import { createStore } from '../../src/store/store.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => orderedPages(url))
}

async function orderedPages(url: string): Promise<void> {
  const database = await openDatabase(url)
  atEnd(database.close)
  const { client } = database
  const store = createStore(client, undefined, database.kind)
  const dataset = await store.datasets.create('paged', [{ name: 'a', prompts: ['a'] }])
  const supportSet = await store.supportSets.findOrCreate({
    ...{ datasetId: dataset.id, encoder: 'e', shots: 1, drawing: 'EXACT', seed: 1, augmentations: 1 },
    fingerprint: 'f',
    images: [],
  })

  let made = 0
  /** A comparison of runs, some of which have the same accuracy, and every third none. */
  async function add(runs: number, method = 'tip-adapter') {
    const request = (seed: number): RunRequest => ({
      ...{ datasetId: dataset.id, testDatasetId: null, encoder: 'e', method, space: 'clip' },
      ...{
        shots: 2 ** (seed % 3),
        drawing: 'EXACT',
        seed,
        augmentations: 1,
        selection: 'NONE',
        search: 'EXACT',
        klScaling: 'FROZEN',
        fixed: {},
        coverage: 0.9,
        unknownDatasetId: null,
        holdOut: [],
      },
    })
    const { id } = await store.comparisons.create({
      ...{ fingerprint: `${made}`, datasetId: dataset.id, testDatasetId: null, encoder: 'e' },
      ...{ lastImage: 0, contents: '' },
      runs: Array.from({ length: runs }, () => ({ ...request(made), fingerprint: `run ${made++}` })),
    })
    const all = await store.comparisons.runs(id)
    for (const [i, run] of all.entries()) {
      if (i % 3 === 2) continue
      const attempt = await store.runs.start(run.id)
      await attempt?.succeed({
        ...{ supportSetId: supportSet.id, selectionImages: 0, selectionAccuracy: null, hyperparameters: {} },
        ...{
          labelledImages: null,
          perClass: { least: 1, mean: 1, most: 1 },
          prompts: null,
          temperature: null,
        },
        ...{
          accuracy: 50 + ((i * 7) % 4) / 3,
          top5Accuracy: 90,
          calibrationError: (i % 2) / 7,
          testImages: 9,
        },
        ...{ unshiftedAccuracy: null, encodeMs: 1, searchMs: 1, scoreMs: 1 },
      })
    }
    return id
  }
  const first = await add(11)
  const known = new Set((await store.comparisons.runs(first)).map(({ id }) => id))

  const valuesOf: Record<RunOrder, (run: RunRow) => string | number | null> = {
    CREATED: ({ id }) => id,
    FINISHED: ({ finishedAt }) => finishedAt?.getTime() ?? null,
    SHOTS: ({ shots }) => shots,
    ACCURACY: ({ result }) => result?.accuracy ?? null,
    TOP5_ACCURACY: ({ result }) => result?.top5Accuracy ?? null,
    CALIBRATION_ERROR: ({ result }) => result?.calibrationError ?? null,
  }
  const directions = ['ASCENDING', 'DESCENDING'] as const
  const cases = (Object.keys(valuesOf) as RunOrder[]).flatMap((order) =>
    directions.map((direction) => [order, direction] as const),
  )

  test.each(cases)(
    'runs by %s, %s, come each once and in order, while more are added',
    async (order, direction) => {
      const read: RunRow[] = []
      let after: string | null = null
      do {
        const page = await store.runs.page({ first: 4, after }, { datasetId: dataset.id }, order, direction)
        read.push(...page.nodes)
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
        if (read.length < 20) await add(2)
      } while (after !== null)

      const ids = read.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => known.has(id)).length).toBe(known.size)
      const sign = direction === 'ASCENDING' ? 1 : -1
      const sorted = read.toSorted((a, b) => {
        const [x, y] = [valuesOf[order](a), valuesOf[order](b)]
        if (x === y) return sign * (a.id < b.id ? -1 : 1)
        if (x === null || y === null) return x === null ? 1 : -1
        return sign * (x < y ? -1 : 1)
      })
      expect(ids).toEqual(sorted.map(({ id }) => id))
    },
  )

  test('runs are kept to a comparison, a space, shots, a seed and times', async () => {
    const id = await add(6, 'tip-x')
    const own = await store.comparisons.runs(id)
    const kept = async (filter: Parameters<typeof store.runs.page>[1]) =>
      (await store.runs.page({ first: 100 }, { comparisonId: id, ...filter })).nodes
        .map((run) => run.id)
        .sort()
    const of = (is: (run: RunRow) => boolean) =>
      own
        .filter(is)
        .map((run) => run.id)
        .sort()
    expect(await kept({})).toEqual(of(() => true))
    expect(await kept({ shots: 2 })).toEqual(of(({ shots }) => shots === 2))
    expect(await kept({ seed: own[0]?.seed ?? 0 })).toEqual(of((run) => run === own[0]))
    expect(await kept({ space: 'imo' })).toEqual([])
    const ends = own.flatMap(({ finishedAt }) => finishedAt ?? []).sort((a, b) => a.getTime() - b.getTime())
    const [from, before] = [ends[1], ends[2]] as [Date, Date]
    expect(await kept({ finished: { from } })).toEqual(
      of(({ finishedAt }) => finishedAt !== null && finishedAt >= from),
    )
    expect(await kept({ finished: { from, before } })).toEqual(
      of(({ finishedAt }) => finishedAt !== null && finishedAt >= from && finishedAt < before),
    )
    expect(await kept({ created: { before: own[0]?.createdAt ?? from } })).toEqual([])
  })

  test('comparisons are kept to a status and to what their runs are of, and ordered by when they ended', async () => {
    const [a, b, c] = [await add(3, 'gda'), await add(3, 'gda'), await add(3, 'prototype')]
    for (const id of [b, a]) {
      await store.comparisons.update(id, { status: 'SUCCEEDED', finishedAt: new Date() })
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const kept = async (filter: ComparisonFilter, order?: ComparisonOrder, direction?: Direction) => {
      const page = await store.comparisons.page({ first: 100 }, filter, order, direction)
      return page.nodes.map(({ id }) => id)
    }
    expect(await kept({ method: 'gda' })).toEqual([b, a])
    expect(await kept({ method: 'gda' }, 'FINISHED')).toEqual([a, b])
    expect(await kept({ method: 'gda' }, 'FINISHED', 'ASCENDING')).toEqual([b, a])
    expect(await kept({ method: 'gda', space: 'imo' })).toEqual([])
    expect(await kept({ method: 'prototype', shots: 1, status: 'QUEUED' })).toEqual([c])
    expect(await kept({ method: 'prototype', shots: 16 })).toEqual([])
    expect(await kept({ status: 'SUCCEEDED', method: 'prototype' })).toEqual([])
  })

  test('a cursor of another order is refused', async () => {
    const page = await store.runs.page({ first: 1 }, {}, 'ACCURACY')
    const after = page.pageInfo.endCursor
    const code = { code: 'INVALID_VALUE', argument: 'after' }
    await expect(store.runs.page({ first: 1, after }, {}, 'SHOTS')).rejects.toMatchObject(code)
    await expect(store.runs.page({ first: 1, after }, {}, 'ACCURACY', 'ASCENDING')).rejects.toMatchObject(
      code,
    )
    const forged = Buffer.from('{"order":["id","desc"]}').toString('base64url')
    const wrong = { order: ['accuracy', 'desc'], value: 'high', id: '0'.repeat(36) }
    const typed = Buffer.from(JSON.stringify(wrong)).toString('base64url')
    await expect(store.runs.page({ first: 1, after: typed }, {}, 'ACCURACY')).rejects.toMatchObject(code)
    for (const cursor of [forged, 'e30', 'ew', '']) {
      await expect(store.runs.page({ first: 1, after: cursor }, {})).rejects.toMatchObject(code)
    }
  })
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { type DatabaseClient, openDatabase } from '../../src/store/database.js'
import { imagePageRequest } from '../../src/store/dataset-images.js'
import { type Benchmark, median, ms, type Row } from '../benchmark.js'
import { newPostgres } from '../new-postgres.js'

const classes = 200
const shots = 16
const rounds = 7

/** What is planned and looked up in a dataset of this many images, without their files, and how long the event loop is held. */
export const planning: readonly Benchmark[] = [100_000, 1_000_000].map((images) => ({
  name: `planning-${images / 1000}k`,
  async run() {
    const rows = await measure('SQLite', images, undefined)
    const postgres = await newPostgres()
    if (postgres) {
      rows.push(...(await measure('Postgres', images, postgres.url)))
      await postgres.drop()
    }
    return rows
  },
}))

async function measure(name: string, images: number, databaseUrl: string | undefined): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
  const settings = readSettings({
    ...{ SHOTBOARD_DATA_DIR: folder, SHOTBOARD_LOG_LEVEL: 'silent' },
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  })
  const dataset = await fill(settings.databaseUrl, images)
  const library = await openLibrary(settings)
  try {
    const rows: Row[] = []
    for (const [what, work] of Object.entries(operations(library, dataset, images))) {
      const [first, ...later] = await inRounds(work)
      if (!first) continue
      const held = Math.max(first.held, ...later.map((each) => each.held))
      rows.push({
        quantity: `${what}, ${images.toLocaleString('en')} images, ${name}: median of ${rounds}; the first time and the longest hold of the event loop beside it`,
        ours: ms(median(later.map((each) => each.took))),
        baseline: `${ms(first.took)}, ${ms(held)}`,
      })
    }
    return rows
  } finally {
    await library.close()
    await rm(folder, { recursive: true })
  }
}

type Operation = (round: number) => Promise<unknown>

function operations(library: OpenedLibrary, dataset: string, images: number): Record<string, Operation> {
  const filter = { datasetId: dataset }
  const page = imagePageRequest({ first: 60 }, filter)
  return {
    'Listing images, by page, class and split': () =>
      library.datasets.pages([
        page,
        { ...page, classIndex: classes - 1 },
        { ...page, split: 'VALIDATION' },
        { ...page, above: images - 100 },
      ]),
    'Samples of every class': () => library.datasets.firstOfClasses([dataset], 5),
    'Counting images by split and class': async () => {
      await library.datasets.countsOf([dataset])
      await library.datasets.classCounts([dataset])
    },
    'Drawing a support set of 16 shots': (seed) =>
      library.supportSets.create({ dataset, shots, seed, augmentations: 1 }),
    'Fingerprint of the dataset': () => library.fingerprintDataset(dataset),
    'Planning a comparison and storing it': async (seed) => {
      const { id } = await library.comparisons.compare({
        ...{ dataset, shots: [shots], seeds: [1000 + seed], augmentations: 1 },
        methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
        ...{ selection: 'VALIDATION', klScaling: 'FROZEN' },
      })
      // Its images have no files.
      await library.comparisons.cancel(id)
    },
  }
}

interface Round {
  readonly took: number
  /** The longest time without a turn of the event loop. */
  readonly held: number
}

async function inRounds(work: Operation): Promise<Round[]> {
  const measured: Round[] = []
  for (let round = 0; round <= rounds; round++) {
    let [held, last, watching] = [0, performance.now(), true]
    const tick = () => {
      const now = performance.now()
      held = Math.max(held, now - last)
      last = now
      if (watching) setImmediate(tick)
    }
    setImmediate(tick)
    const started = performance.now()
    await work(round)
    const took = performance.now() - started
    // The last turn may have been held too.
    await setTimeout(50)
    watching = false
    measured.push({ took, held })
  }
  return measured
}

/** A dataset of made rows, class by class within the splits: 80 % support pool, 10 % validation, 10 % test. */
async function fill(databaseUrl: string, images: number): Promise<string> {
  const database = await openDatabase(databaseUrl)
  try {
    const { client } = database
    const dataset = await client.dataset.create({ data: { name: 'planning' } })
    const labels = Array.from({ length: classes }, (_, index) => {
      const name = `class ${index}`
      return { datasetId: dataset.id, index, name, prompts: [`a photo of a ${name}.`] }
    })
    await client.classLabel.createMany({ data: labels })
    await insertImages(client, database.kind, dataset.id, images)
    // Postgres does it by itself within a minute or so.
    if (database.kind === 'postgres') await client.$executeRawUnsafe('ANALYZE')
    return dataset.id
  } finally {
    await database.close()
  }
}

async function insertImages(
  client: DatabaseClient,
  kind: 'sqlite' | 'postgres',
  dataset: string,
  images: number,
): Promise<void> {
  const [numbers, id, split] =
    kind === 'sqlite'
      ? [
          `WITH RECURSIVE "n"("i") AS (SELECT 0 UNION ALL SELECT "i" + 1 FROM "n" WHERE "i" < ${images - 1})`,
          'LOWER(HEX(RANDOMBLOB(32)))',
          '',
        ]
      : [
          `WITH "n" AS (SELECT GENERATE_SERIES(0, ${images - 1}) AS "i")`,
          `ENCODE(SHA256("i"::TEXT::BYTEA), 'hex')`,
          '::"Split"',
        ]
  await client.$executeRawUnsafe(
    `${numbers} INSERT INTO "Image" ("id", "width", "height", "format", "bytes") SELECT ${id}, 32, 32, 'png', 1000 FROM "n"`,
  )
  const [validation, test] = [0.8 * images, 0.9 * images]
  // An image's place is its place among the ids.
  await client.$executeRawUnsafe(
    `INSERT INTO "DatasetImage" ("datasetId", "imageId", "classIndex", "split")
     SELECT '${dataset}', "id",
       CASE WHEN "i" < ${validation} THEN "i" / ${validation / classes}
            WHEN "i" < ${test} THEN ("i" - ${validation}) / ${(test - validation) / classes}
            ELSE ("i" - ${test}) / ${(images - test) / classes} END,
       (CASE WHEN "i" < ${validation} THEN 'SUPPORT_POOL' WHEN "i" < ${test} THEN 'VALIDATION' ELSE 'TEST' END)${split}
     FROM (SELECT "id", ROW_NUMBER() OVER (ORDER BY "width") - 1 AS "i" FROM "Image") AS "numbered" ORDER BY "i"`,
  )
}

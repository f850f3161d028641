import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { LabelledImageInput } from '../../src/datasets/datasets.js'
import { seeded } from '../../src/system/random.js'
import { compareInput } from '../helpers/compare-input.js'
import { labelledPictures, makeDataset, type Sizes } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { killsIn } from '../helpers/kills.js'
import { openTestLibrary } from '../helpers/library.js'
import { classNames } from '../helpers/pictures.js'
import { outsiders } from '../helpers/plugins.js'
import { built, type Program, runProgram, title } from '../helpers/programs.js'

/** Data folders at the same time, and how often the process on each is killed. */
const { lanes, each: killsPerLane } = killsIn(3)

/** What a process is doing when it is killed, or a moment later. */
const moments = ['comparing', 'asking', 'starting', 'comparing'] as const
type Moment = (typeof moments)[number]

const sizes: Sizes = { SUPPORT_POOL: 3, TEST: 8 }

interface Run {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly finishedAt: string | null
  readonly method: { readonly id: string }
  readonly space: { readonly id: string } | null
  readonly shots: number
  readonly seed: number
  readonly accuracy: number | null
}
interface Comparison {
  readonly id: string
  readonly status: string
  readonly error: string | null
  readonly progress: number
  readonly finishedAt: string | null
  readonly rows: { readonly nodes: readonly { readonly accuracy: { readonly n: number } }[] }
  readonly runs: { readonly nodes: readonly Run[] }
}

const fields = `id status error progress finishedAt rows { nodes { accuracy { n } } }
  runs { nodes { id status progress finishedAt method { id } space { id } shots seed accuracy calibrationError } }`

/** A comparison of two seconds or so, of which many runs are shared with those of neighbouring seeds. */
const request = (dataset: string, seed: number) =>
  ({
    dataset,
    shots: [1, 2],
    seeds: [seed, seed + 1],
    methods: [{ method: 'slow' }, { method: 'tip-adapter' }, { method: 'tip-x', space: 'centred' }],
    selection: 'LEAVE_ONE_OUT',
    klScaling: 'FROZEN',
    augmentations: 1,
  }) satisfies CompareInput

describe.skipIf(!built)(title, () => {
  test('kill after kill nothing acknowledged is lost, no finished run is made again, and the results are the same', async () => {
    const plugins = { SHOTBOARD_PLUGINS: await outsiders() }
    const images = await labelledPictures(sizes)
    const outcomes = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => killAndRestart({ lane, images, plugins })),
    )
    expect(outcomes.reduce((sum, { kills }) => sum + kills, 0)).toBe(lanes * killsPerLane)
    // Some of the kills hit a comparison in the middle, or the test would say nothing.
    expect(outcomes.filter(({ interrupted }) => interrupted > 0).length).toBe(lanes)

    const undisturbed = await openTestLibrary(await temporaryFolder(), plugins)
    const dataset = await makeDataset(undisturbed, 'Undisturbed', sizes)
    const expected = new Map<string, number | null>()
    const seeds = Math.max(...outcomes.map(({ comparisons }) => comparisons.length))
    for (let seed = 1; seed <= seeds; seed++) {
      const { id } = await undisturbed.comparisons.compare(request(dataset.id, seed))
      await undisturbed.comparisons.ended(id)
      for (const { method, space, shots, seed, result } of await undisturbed.store.comparisons.runs(id)) {
        expected.set(JSON.stringify([method, space, shots, seed]), result && result.accuracy / 100)
      }
    }
    for (const { comparisons } of outcomes) {
      const runs = comparisons
        .flatMap((comparison) => comparison.runs.nodes)
        .filter((run) => run.status === 'SUCCEEDED')
      for (const { method, space, shots, seed, accuracy } of runs) {
        expect(accuracy).toBe(expected.get(JSON.stringify([method.id, space?.id ?? null, shots, seed])))
      }
      const asked = new Set(runs.map(({ method, shots, seed }) => [method.id, shots, seed].join()))
      expect(new Set(runs.map(({ id }) => id)).size).toBe(asked.size)
    }
  }, 400_000)
})

/** Kills the process at moments of chance, and holds what it says after each restart against all it had said before. */
async function killAndRestart(options: {
  readonly lane: number
  readonly images: readonly LabelledImageInput[]
  readonly plugins: Record<string, string>
}) {
  const { lane, images, plugins } = options
  const data = { SHOTBOARD_DATA_DIR: await temporaryFolder(), ...plugins }
  const random = seeded('kills', lane)
  const known = new Map<string, Comparison>()
  let interrupted = 0
  let kills = 0
  let startMs = 0
  let dataset: string | undefined

  for (; kills < killsPerLane; kills++) {
    const started = performance.now()
    const program = await runProgram('start', data)
    const kill = () => program.child.kill('SIGKILL')
    // Some lives end while the process starts, some about when it acknowledges a comparison, some in its middle.
    const moment = moments[kills % moments.length]
    const early = moment === 'starting' ? setTimeout(random.next() * startMs).then(kill) : undefined
    await live(program, (reached) => {
      if (reached === 'asking') startMs = performance.now() - started
      if (reached === moment) setTimeout(random.next() * (moment === 'asking' ? 30 : 700)).then(kill)
    })
    await Promise.all([early, program.ended])
    if ([...known.values()].some(({ finishedAt }) => finishedAt === null)) interrupted++
  }

  async function live(program: Program, reach: (moment: Moment) => void): Promise<void> {
    try {
      const url = await program.printed(/ready at (\S+)/)
      dataset ??= await makeDatasetAt(url, images)
      await check(url)
      reach('asking')
      const {
        compare: { comparison },
      } = await ask<{ compare: { comparison: Comparison } }>(
        url,
        `mutation ($input: CompareInput!) { compare(input: $input) { comparison { ${fields} } } }`,
        { input: compareInput(request(dataset, known.size + 1)) },
      )
      known.set(comparison.id, comparison)
      reach('comparing')
      for (;;) {
        await check(url)
        await setTimeout(150)
      }
    } catch (error) {
      // The process has been killed while it was asked something.
      if (!program.child.killed || error instanceof Disagreement) throw error
    }
  }

  async function check(url: string): Promise<void> {
    for (const before of known.values()) {
      const { comparison } = await ask<{ comparison: Comparison }>(
        url,
        `query ($id: ID!) { comparison(id: $id) { ${fields} } }`,
        { id: before.id },
      )
      requireContinued(before, comparison)
      known.set(comparison.id, comparison)
    }
  }

  const last = await runProgram('start', data)
  const url = await last.printed(/ready at (\S+)/)
  do {
    await check(url)
    await setTimeout(150)
  } while ([...known.values()].some(({ finishedAt }) => finishedAt === null))
  const comparisons = [...known.values()]
  // A comparison that two kills hit is not started a third time; asked for again, it reuses its finished runs.
  const failed = comparisons.filter(({ status }) => status !== 'SUCCEEDED')
  for (const { error } of failed) expect(error).toContain('ended without warning 2 times')
  expect(failed.length).toBeLessThan(comparisons.length)
  for (const { status, rows } of comparisons) {
    if (status === 'SUCCEEDED')
      expect(rows.nodes.map(({ accuracy }) => accuracy.n)).toEqual(rows.nodes.map(() => 2))
  }
  last.child.kill('SIGKILL')
  await last.ended
  return { kills, interrupted, comparisons }
}

async function makeDatasetAt(url: string, images: readonly LabelledImageInput[]): Promise<string> {
  const classes = classNames.map((name) => ({ name }))
  const { createDataset } = await ask<{ createDataset: { dataset: { id: string } } }>(
    url,
    'mutation ($classes: [ClassInput!]!) { createDataset(input: { name: "Killed", classes: $classes }) { dataset { id } } }',
    { classes },
  )
  const input = { dataset: createDataset.dataset.id, images }
  const add = 'mutation ($input: AddImagesInput!) { addImages(input: $input) { added } }'
  await ask(url, add, { input })
  return createDataset.dataset.id
}

class Disagreement extends Error {}

/** Throws where what is said now does not go on from what was said before. */
function requireContinued(before: Comparison, now: Comparison): void {
  const problems: string[] = []
  if (now.progress < before.progress)
    problems.push(`progress went from ${before.progress} to ${now.progress}`)
  if (before.finishedAt !== null && now.finishedAt !== before.finishedAt) problems.push('it has ended again')
  for (const [i, run] of before.runs.nodes.entries()) {
    const same = now.runs.nodes[i]
    if (same?.id !== run.id) problems.push(`run ${i} is another one`)
    else if (same.progress < run.progress) problems.push(`run ${i} went back`)
    if (run.finishedAt !== null && JSON.stringify(same) !== JSON.stringify(run)) {
      problems.push(`run ${i} was ${JSON.stringify(run)} and is ${JSON.stringify(same)}`)
    }
  }
  if (problems.length > 0) throw new Disagreement(`${before.id}: ${problems.join('; ')}`)
}

async function ask<T>(url: string, query: string, variables: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
  if (errors) throw new Disagreement(`${query}: ${JSON.stringify(errors)}`)
  return data
}

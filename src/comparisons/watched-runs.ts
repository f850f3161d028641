import type { Changes } from '../jobs/changes.js'
import { runsTopic } from '../store/comparisons.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'

/** The runs of comparisons that somebody watches. After the first time, only runs that have changed are read. */
export interface WatchedRuns {
  /** Keeps the runs of a comparison, until the returned function is called. */
  keep(comparison: string): () => void
  /** The runs of several comparisons, by comparison. */
  runsOf(comparisons: readonly string[]): Promise<Map<string, RunRow[]>>
}

interface Kept {
  runs: Promise<RunRow[]> | undefined
  readonly changed: Set<string>
  readonly unwatch: (() => void)[]
}

/** SQLite limits the variables of one statement. */
const runsPerStatement = 500

export function createWatchedRuns({
  store,
  changes,
}: {
  readonly store: Store
  readonly changes: Changes
}): WatchedRuns {
  const kept = new Map<string, Kept>()

  async function readAll(id: string, entry: Kept): Promise<RunRow[]> {
    const readRuns = async () => (await store.comparisons.runsOf([id])).get(id) ?? []
    const runs = await readRuns()
    if (kept.get(id) !== entry) return runs
    for (const { id: run } of runs) {
      entry.unwatch.push(changes.watch(run, () => entry.changed.add(run)))
    }
    // Which runs there are changes when the comparison starts, if at all.
    entry.unwatch.push(changes.watch(runsTopic(id), () => restart(entry)))
    // What changed before they were watched is read again.
    return readRuns()
  }

  function restart(entry: Kept): void {
    for (const unwatch of entry.unwatch.splice(0)) unwatch()
    entry.changed.clear()
    entry.runs = undefined
  }

  async function readChanged(runs: readonly RunRow[], changed: readonly string[]): Promise<RunRow[]> {
    const news = new Map<string, RunRow>()
    for (let from = 0; from < changed.length; from += runsPerStatement) {
      const rows = await store.runs.getMany(changed.slice(from, from + runsPerStatement))
      for (const row of rows) news.set(row.id, row)
    }
    return runs.map((run) => news.get(run.id) ?? run)
  }

  function current(id: string, entry: Kept): Promise<RunRow[]> {
    const known = entry.runs
    const changed = [...entry.changed]
    if (known && changed.length === 0) return known
    entry.changed.clear()
    const reading = known ? known.then((runs) => readChanged(runs, changed)) : readAll(id, entry)
    entry.runs = reading
    // After a failure everything is read again.
    reading.catch(() => {
      if (entry.runs === reading) entry.runs = undefined
    })
    return reading
  }

  return {
    keep(comparison) {
      const entry: Kept = { runs: undefined, changed: new Set(), unwatch: [] }
      kept.set(comparison, entry)
      return () => {
        if (kept.get(comparison) === entry) kept.delete(comparison)
        for (const unwatch of entry.unwatch) unwatch()
      }
    },
    async runsOf(comparisons) {
      const others = comparisons.filter((id) => !kept.has(id))
      const found = others.length > 0 ? await store.comparisons.runsOf(others) : new Map<string, RunRow[]>()
      for (const id of comparisons) {
        const entry = kept.get(id)
        if (entry) found.set(id, await current(id, entry))
      }
      return found
    },
  }
}

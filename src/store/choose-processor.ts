import type { Transaction } from './database.js'
import { chunks, inChunks, rowsPerStatement, unfinishedStatus } from './rows.js'
import { type RunRequest, toRun } from './run-row.js'

/**
 * Decides which kind of processor the features of an unfinished comparison come from; see `ComparisonRepository`. Returns whether
 * runs were replaced.
 */
export async function chooseProcessor(tx: Transaction, id: string, processor: string): Promise<boolean> {
  const { count } = await tx.comparison.updateMany({
    where: { id, status: unfinishedStatus },
    data: { processor },
  })
  if (count === 0) return false
  await tx.run.updateMany({
    where: { processor: null, status: unfinishedStatus, comparisons: { some: { comparisonId: id } } },
    data: { processor },
  })
  const others = await tx.comparisonRun.findMany({
    where: { comparisonId: id, run: { processor: { not: processor } } },
    include: { run: true },
  })
  if (others.length === 0) return false
  const equal = await runsOfKind(tx, others, processor)
  const absent = others.filter(({ run }) => !equal.has(run.fingerprint))
  for await (const some of chunks(absent, rowsPerStatement)) {
    const data = some.map(({ run }) => ({ ...requestOf(run), processor }))
    const made = await tx.run.createManyAndReturn({ data, select: { id: true, fingerprint: true } })
    for (const run of made) equal.set(run.fingerprint, run.id)
  }
  for (const { position, run } of others) {
    await tx.comparisonRun.update({
      where: { comparisonId_position: { comparisonId: id, position } },
      data: { runId: equal.get(run.fingerprint) as string },
    })
  }
  await cancelUnwanted(
    tx,
    others.map(({ runId }) => runId),
  )
  return true
}

type StoredRun = Parameters<typeof toRun>[0]

/** The runs of a kind that are equal to others and can be used, by fingerprint. */
async function runsOfKind(
  tx: Transaction,
  others: readonly { readonly run: StoredRun }[],
  processor: string,
): Promise<Map<string, string>> {
  const fingerprints = others.map(({ run }) => run.fingerprint)
  const rows = await inChunks(fingerprints, (some) =>
    tx.run.findMany({
      where: {
        ...{ fingerprint: { in: some }, processor },
        status: { in: ['SUCCEEDED', 'QUEUED', 'RUNNING'] },
      },
      select: { id: true, fingerprint: true },
      orderBy: { id: 'asc' },
    }),
  )
  return new Map(rows.map((run) => [run.fingerprint, run.id]))
}

/** Ends runs that no comparison waits for any more. */
async function cancelUnwanted(tx: Transaction, ids: readonly string[]): Promise<void> {
  for await (const some of chunks(ids, rowsPerStatement)) {
    await tx.run.updateMany({
      where: {
        ...{ id: { in: some }, status: unfinishedStatus },
        comparisons: { none: { comparison: { status: unfinishedStatus } } },
      },
      data: { status: 'CANCELLED', finishedAt: new Date() },
    })
  }
}

/** What was asked for. */
function requestOf(row: StoredRun): RunRequest & { readonly fingerprint: string } {
  const { id, processor, status, progress, error, errorCode, ...run } = toRun(row)
  const { estimatedSearchMs, createdAt, finishedAt, testRevision, result, ...request } = run
  return request
}

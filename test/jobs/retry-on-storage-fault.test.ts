import { expect, test, vi } from 'vitest'
import { errors } from '../../src/errors.js'
import { retryOnStorageFault } from '../../src/jobs/retry-on-storage-fault.js'

const full = errors.diskFull({ what: 'features' })
const unavailable = errors.databaseUnavailable({ reason: 'it cannot be reached' })
const pauses = { first: 1, max: 4 }

/** Work that fails with each of the errors and then succeeds. */
function failing(...problems: unknown[]) {
  return vi.fn(async () => {
    const problem = problems.shift()
    if (problem) throw problem
  })
}

test('work is retried until the disk and the database work again, and each fault is reported', async () => {
  const work = failing(full, unavailable, full)
  const onFault = vi.fn(async () => {})
  await retryOnStorageFault(work, { signal: new AbortController().signal, onFault, pauses })
  expect(work).toHaveBeenCalledTimes(4)
  expect(onFault.mock.calls).toEqual([[full], [unavailable], [full]])
})

test('any other error is thrown at once', async () => {
  const problem = new Error('no luck')
  const work = failing(problem)
  const onFault = vi.fn(async () => {})
  const signal = new AbortController().signal
  await expect(retryOnStorageFault(work, { signal, onFault, pauses })).rejects.toBe(problem)
  expect(onFault).not.toHaveBeenCalled()
})

test('each pause is twice the one before, up to the maximum', async () => {
  const times: number[] = []
  const work = failing(full, full, full, full)
  await retryOnStorageFault(
    async () => {
      times.push(performance.now())
      await work()
    },
    { signal: new AbortController().signal, onFault: async () => {}, pauses: { first: 8, max: 20 } },
  )
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
  // Timers may fire a little early.
  for (const [i, pause] of [8, 16, 20, 20].entries()) expect(gaps[i]).toBeGreaterThan(pause - 2)
})

test('a pause ends with CANCELLED as soon as the signal aborts', async () => {
  const controller = new AbortController()
  const waiting = retryOnStorageFault(failing(full), {
    signal: controller.signal,
    onFault: async () => {
      setTimeout(() => controller.abort(), 5)
    },
    pauses: { first: 3_600_000, max: 3_600_000 },
  })
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('an error of work that was cancelled is thrown unchanged, and not reported as a fault', async () => {
  const controller = new AbortController()
  const onFault = vi.fn(async () => {})
  const work = vi.fn(async () => {
    controller.abort()
    throw full
  })
  await expect(retryOnStorageFault(work, { signal: controller.signal, onFault, pauses })).rejects.toBe(full)
  expect(work).toHaveBeenCalledTimes(1)
  expect(onFault).not.toHaveBeenCalled()
})

test('an error of onFault is thrown', async () => {
  const problem = new Error('no log')
  const failed = retryOnStorageFault(failing(full), {
    signal: new AbortController().signal,
    onFault: () => Promise.reject(problem),
    pauses,
  })
  await expect(failed).rejects.toBe(problem)
})

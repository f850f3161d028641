import { expect, test, vi } from 'vitest'
import { errors } from '../../src/errors.js'
import { persevere } from '../../src/jobs/retry-on-storage-fault.js'

const full = errors.diskFull({ what: 'features' })
const away = errors.databaseUnavailable({ reason: 'it cannot be reached' })
const pauses = { first: 1, most: 4 }

/** Work that fails with each error in turn and then goes well. */
function failing(...problems: unknown[]) {
  return vi.fn(async () => {
    const problem = problems.shift()
    if (problem) throw problem
  })
}

test('work goes on when the disk and the database are well again, and each fault is told of', async () => {
  const work = failing(full, away, full)
  const onFault = vi.fn(async () => {})
  await persevere(work, { signal: new AbortController().signal, onFault, pauses })
  expect(work).toHaveBeenCalledTimes(4)
  expect(onFault.mock.calls).toEqual([[full], [away], [full]])
})

test('any other error is thrown at once', async () => {
  const problem = new Error('no luck')
  const work = failing(problem)
  const onFault = vi.fn(async () => {})
  const signal = new AbortController().signal
  await expect(persevere(work, { signal, onFault, pauses })).rejects.toBe(problem)
  expect(onFault).not.toHaveBeenCalled()
})

test('pauses grow twice as long each time, up to the longest', async () => {
  const times: number[] = []
  const work = failing(full, full, full, full)
  await persevere(
    async () => {
      times.push(performance.now())
      await work()
    },
    { signal: new AbortController().signal, onFault: async () => {}, pauses: { first: 8, most: 20 } },
  )
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
  // Timers may be a little early, and never are more than that.
  for (const [i, pause] of [8, 16, 20, 20].entries()) expect(gaps[i]).toBeGreaterThan(pause - 2)
})

test('waiting ends with CANCELLED as soon as the signal says so', async () => {
  const controller = new AbortController()
  const waiting = persevere(failing(full), {
    signal: controller.signal,
    onFault: async () => {
      setTimeout(() => controller.abort(), 5)
    },
    pauses: { first: 3_600_000, most: 3_600_000 },
  })
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
})

import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createKeyedLock } from '../../src/system/keyed-lock.js'

const always = new AbortController().signal

test('work with the same key runs one after another, with different keys at the same time', async () => {
  const lock = createKeyedLock()
  const log: string[] = []
  const work = (key: string, who: string) =>
    lock(key, always, async () => {
      log.push(`${who} begins`)
      await setTimeout(5)
      log.push(`${who} ends`)
    })
  await Promise.all([work('run', 'a'), work('run', 'b'), work('other', 'c'), work('run', 'd')])
  const ofRun = log.filter((line) => !line.startsWith('c'))
  expect(ofRun.length).toBe(6)
  for (let i = 0; i < 6; i += 2) expect(ofRun[i + 1]).toBe(ofRun[i]?.replace('begins', 'ends'))
  expect(log.indexOf('c begins')).toBeLessThan(log.indexOf('a ends'))
})

test('work that fails releases the lock', async () => {
  const lock = createKeyedLock()
  const failing = lock('run', always, () => Promise.reject(new Error('no luck')))
  const next = lock('run', always, async () => 'done')
  await expect(failing).rejects.toThrow('no luck')
  expect(await next).toBe('done')
})

test('waiting for the lock ends with CANCELLED as soon as the signal aborts', async () => {
  const lock = createKeyedLock()
  const controller = new AbortController()
  let finish = (): void => {}
  const first = lock('run', always, () => new Promise<void>((resolve) => (finish = resolve)))
  const waiting = lock('run', controller.signal, () => expect.unreachable())
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  finish()
  await first
})

test('a caller that cancelled while waiting passes the lock on to the next', async () => {
  const lock = createKeyedLock()
  const controller = new AbortController()
  let finish = (): void => {}
  const first = lock('run', always, () => new Promise<void>((resolve) => (finish = resolve)))
  const cancelled = lock('run', controller.signal, () => expect.unreachable())
  const next = lock('run', always, async () => 'done')
  controller.abort()
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  finish()
  await first
  expect(await next).toBe('done')
})

test('a caller that comes back at once does not overtake one that waits', async () => {
  const lock = createKeyedLock()
  const log: string[] = []
  const note = (who: string) => async () => {
    await setTimeout(1)
    log.push(who)
  }
  async function again() {
    for (let i = 0; i < 3; i++) await lock('run', always, note('again'))
  }
  await Promise.all([again(), lock('run', always, note('waiting'))])
  expect(log.indexOf('waiting')).toBe(1)
})

import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurns } from '../../src/system/keyed-lock.js'

const always = new AbortController().signal

test('work under one name is done by one at a time, under different names at the same time', async () => {
  const turns = createTurns()
  const log: string[] = []
  const work = (name: string, who: string) =>
    turns(name, always, async () => {
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

test('work that fails gives its turn on', async () => {
  const turns = createTurns()
  const failing = turns('run', always, () => Promise.reject(new Error('no luck')))
  const next = turns('run', always, async () => 'done')
  await expect(failing).rejects.toThrow('no luck')
  expect(await next).toBe('done')
})

test('waiting for a turn ends with CANCELLED as soon as the signal says so', async () => {
  const turns = createTurns()
  const controller = new AbortController()
  let finish = (): void => {}
  const first = turns('run', always, () => new Promise<void>((resolve) => (finish = resolve)))
  const waiting = turns('run', controller.signal, () => expect.unreachable())
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  finish()
  await first
})

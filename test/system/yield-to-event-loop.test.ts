import { expect, test } from 'vitest'
import { createYieldToEventLoop, pauseIfHeld } from '../../src/system/yield-to-event-loop.js'

/** Holds the event loop. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a turn of the event loop that is held for long waits for the next one, whoever held it', async () => {
  await nextTurn()
  const other = createYieldToEventLoop()
  expect(pauseIfHeld()).toBeUndefined()
  work(6)
  const pauses = [pauseIfHeld(), other()]
  for (const pause of pauses) expect(pause).toBeInstanceOf(Promise)
  let turned = false
  setImmediate(() => {
    turned = true
  })
  await Promise.all(pauses)
  expect(turned).toBe(true)
})

test('loops that run together take turns, and none holds up another', async () => {
  const order: number[] = []
  async function loop(id: number): Promise<void> {
    const yieldToEventLoop = createYieldToEventLoop()
    for (let i = 0; i < 4; i++) {
      work(6)
      order.push(id)
      await yieldToEventLoop()
    }
  }
  await Promise.all([loop(0), loop(1), loop(2)])
  for (let from = 0; from < 12; from += 3) expect(order.slice(from, from + 3).sort()).toEqual([0, 1, 2])
})

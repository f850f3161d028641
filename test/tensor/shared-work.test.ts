import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { endWork, finishPieces, offerPieces, sharedWords } from '../../src/tensor/shared-work.js'

const count = 2000

/** Words of shared memory, and counts of how often each piece was performed, by this thread or by another. */
function openWork() {
  const words = new Int32Array(new SharedArrayBuffer(4 * (sharedWords + count)))
  return { words, times: words.subarray(sharedWords), perform: (piece: number) => perform(words, piece) }
}

const perform = (words: Int32Array, piece: number) => {
  Atomics.add(words, sharedWords + piece, 1)
}

/** A thread that helps; it fails at the piece `failsAt`. */
function startHelper(words: Int32Array, failsAt = -1): Worker {
  const program = `
    import { workerData } from 'node:worker_threads'
    const { url, words, offset, failsAt } = workerData
    const { help } = await import(url)
    help(words, (piece) => {
      if (piece <= failsAt) throw new Error('wrong')
      Atomics.add(words, offset + piece, 1)
    })`
  const url = new URL('../../src/tensor/shared-work.js', import.meta.url).href
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData: { url, words, offset: sharedWords, failsAt },
    execArgv: [],
  })
}

describe('work in pieces', () => {
  test('is done by whoever offers it if nobody helps', () => {
    const { words, times, perform } = openWork()
    offerPieces(words, count)
    finishPieces(words, perform)
    expect([...new Set(times)]).toEqual([1])
  })

  test('is done once each, however many threads help, step after step', async () => {
    const { words, times, perform } = openWork()
    const helpers = [startHelper(words), startHelper(words), startHelper(words)]
    const ends = helpers.map((helper) => new Promise((resolve) => helper.on('exit', resolve)))
    for (let step = 1; step <= 50; step++) {
      offerPieces(words, count)
      // Some steps are left to the others for a while.
      if (step % 10 === 0) await setTimeout(20)
      finishPieces(words, perform)
      expect([...new Set(times)]).toEqual([step])
    }
    endWork(words)
    await Promise.all(ends)
  })

  test('that ends early keeps no thread, and leaves no piece half done', async () => {
    const { words, times } = openWork()
    const helper = startHelper(words)
    const end = new Promise((resolve) => helper.on('exit', resolve))
    offerPieces(words, count)
    endWork(words)
    const before = [...times]
    await end
    expect([...times]).toEqual(before)
  })

  test('fails if a piece fails in another thread', async () => {
    const { words, perform } = openWork()
    const helper = startHelper(words, count)
    const failed = new Promise<Error>((resolve) => helper.on('error', resolve))
    offerPieces(words, count)
    expect((await failed).message).toBe('wrong')
    expect(() => finishPieces(words, perform)).toThrow('a part of a computation failed in another thread')
  })
})

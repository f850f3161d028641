import { type Matrix, sliceRows } from '../tensor/matrix.js'
import type { EncoderSpace } from './encoder.js'
import type { VisionTower } from './towers.js'

type Encode = VisionTower['encode']

interface Waiting {
  readonly pixels: Float32Array
  readonly count: number
  readonly space: EncoderSpace
  readonly transfer: boolean
  readonly resolve: (features: Matrix) => void
  readonly reject: (error: unknown) => void
}

/**
 * Requests that come while the model is busy are encoded together when it is free, up to `most` images at a time; one
 * that comes while it is idle waits for nothing but what arrives in the same turn of the event loop. In the order in
 * which they came, except that those of one space go together.
 */
export function batched(encode: Encode, most: number): Encode {
  const queue: Waiting[] = []
  let running = false

  /** The first in the queue and the others of its space that fit beside it. */
  function take(): Waiting[] {
    const [first] = queue
    const taken: Waiting[] = []
    let images = 0
    for (const each of [...queue]) {
      if (each.space !== first?.space || (taken.length > 0 && images + each.count > most)) continue
      taken.push(each)
      images += each.count
      queue.splice(queue.indexOf(each), 1)
    }
    return taken
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const taken = take()
      try {
        const features = await together(encode, taken)
        let from = 0
        for (const { count, resolve } of taken) {
          resolve(sliceRows(features, from, from + count))
          from += count
        }
      } catch (error) {
        for (const { reject } of taken) reject(error)
      }
    }
    running = false
  }

  return (pixels, count, space, transfer) =>
    new Promise((resolve, reject) => {
      queue.push({ pixels, count, space, transfer, resolve, reject })
      if (running) return
      running = true
      setImmediate(() => void drain())
    })
}

function together(encode: Encode, requests: readonly Waiting[]): Promise<Matrix> {
  const [first, ...others] = requests
  if (first === undefined) throw new Error('there is nothing to encode')
  if (others.length === 0) return encode(first.pixels, first.count, first.space, first.transfer)
  const pixels = new Float32Array(requests.reduce((sum, each) => sum + each.pixels.length, 0))
  let at = 0
  for (const each of requests) {
    pixels.set(each.pixels, at)
    at += each.pixels.length
  }
  const count = requests.reduce((sum, each) => sum + each.count, 0)
  return encode(pixels, count, first.space, true)
}

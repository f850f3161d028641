import { runInScope } from '../system/work-scope.js'
import { type Matrix, sliceRows } from '../tensor/matrix.js'
import type { EncoderSpace } from './encoder-space.js'
import type { VisionTower } from './vision-tower.js'

type Encode = VisionTower['encode']

interface EncodeRequest {
  readonly pixels: Float32Array
  readonly count: number
  readonly space: EncoderSpace
  readonly transfer: boolean
  readonly resolve: (features: Matrix) => void
  readonly reject: (error: unknown) => void
}

/**
 * Wraps a tower's `encode` so that requests that arrive while the model is busy run together, in batches of up to
 * `maxImages`. A request to an idle model waits only for others of the same turn of the event loop. A batch has requests
 * of one space; otherwise they run in the order in which they arrived. If a batch fails, its requests throw that error.
 */
export function batched(encode: Encode, maxImages: number): Encode {
  const queue: EncodeRequest[] = []
  let running = false

  /** Removes the first request from the queue, and others of its space as long as they fit. */
  function nextBatch(): EncodeRequest[] {
    const [first] = queue
    const batch: EncodeRequest[] = []
    let images = 0
    for (const request of [...queue]) {
      if (request.space !== first?.space || (batch.length > 0 && images + request.count > maxImages)) continue
      batch.push(request)
      images += request.count
      queue.splice(queue.indexOf(request), 1)
    }
    return batch
  }

  async function drainQueue(): Promise<void> {
    while (queue.length > 0) {
      const batch = nextBatch()
      try {
        const features = await encodeBatch(encode, batch)
        let from = 0
        for (const { count, resolve } of batch) {
          resolve(sliceRows(features, from, from + count))
          from += count
        }
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = false
  }

  return (pixels, count, space, transfer) =>
    new Promise((resolve, reject) => {
      queue.push({ pixels, count, space, transfer, resolve, reject })
      if (running) return
      running = true
      // A batch is of several clients, so it does not end with one of them.
      runInScope(undefined, () => setImmediate(() => void drainQueue()))
    })
}

function encodeBatch(encode: Encode, requests: readonly EncodeRequest[]): Promise<Matrix> {
  const [first, ...others] = requests
  if (first === undefined) throw new Error('there is nothing to encode')
  if (others.length === 0) return encode(first.pixels, first.count, first.space, first.transfer)
  const pixels = new Float32Array(requests.reduce((sum, request) => sum + request.pixels.length, 0))
  let offset = 0
  for (const request of requests) {
    pixels.set(request.pixels, offset)
    offset += request.pixels.length
  }
  const count = requests.reduce((sum, request) => sum + request.count, 0)
  return encode(pixels, count, first.space, true)
}

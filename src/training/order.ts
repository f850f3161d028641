import { seeded } from '../system/random.js'

/**
 * The images of every step: each epoch all of them in a new order, an incomplete last batch left out. A step's images
 * depend on the seed and the step alone, so that training goes on after a stop with what it would have seen.
 */
export function createOrder(options: {
  readonly images: number
  readonly batch: number
  readonly epochs: number
  readonly seed: number
}): { readonly steps: number; at(step: number): number[] } {
  const { images, batch, epochs, seed } = options
  const perEpoch = Math.floor(images / batch)
  const all = Array.from({ length: images }, (_, i) => i)
  let shuffled: { epoch: number; order: number[] } | undefined
  return {
    steps: perEpoch * epochs,
    at(step) {
      const epoch = Math.floor(step / perEpoch)
      if (shuffled?.epoch !== epoch) shuffled = { epoch, order: seeded('epoch', seed, epoch).shuffled(all) }
      const from = (step % perEpoch) * batch
      return shuffled.order.slice(from, from + batch)
    },
  }
}

import { seeded } from '../system/random.js'

/**
 * The order of images in training. Each epoch shuffles all images anew and drops an incomplete last batch. `at` returns the
 * indices of a step's images. They depend only on the seed and the step, so that training can resume at any step.
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

import { seeded } from '../src/random.js'

const size = 224

/** Pixels of noise as CLIP takes them, [count, 3, 224, 224]. */
export function noise(count: number): Float32Array {
  const random = seeded('pixels')
  return new Float32Array(count * 3 * size * size).map(() => 4 * random.next() - 2)
}

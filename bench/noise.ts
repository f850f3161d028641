import { seeded } from '../src/system/random.js'

const size = 224

/** Random pixels for CLIP, [count, 3, 224, 224], in shared memory as in the encoder. */
export function noise(count: number): Float32Array {
  const random = seeded('pixels')
  const length = count * 3 * size * size
  const pixels = new Float32Array(new SharedArrayBuffer(4 * length))
  for (let i = 0; i < length; i++) pixels[i] = 4 * random.next() - 2
  return pixels
}

import type { RgbImage } from '../../src/images/decode.js'

/** The image that tools/parity/noise.py makes: squares of random bytes. */
export function noise(width: number, height: number, block = 1): RgbImage {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, at++) {
        let hash =
          Math.imul(Math.floor(x / block), 374761393) +
          Math.imul(Math.floor(y / block), 668265263) +
          Math.imul(channel, 2246822519)
        hash = Math.imul(hash ^ (hash >>> 13), 1274126177)
        data[at] = hash ^ (hash >>> 16)
      }
    }
  }
  return { width, height, data }
}

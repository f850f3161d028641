import { createInterface } from 'node:readline'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { openVisionTower } from '../../src/encoders/vision-tower.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { onceMs } from '../benchmark.js'
import { noise } from '../noise.js'

/**
 * Runs the image tower of a model folder, like `bench/baselines/clip.py`: answers each line `N REPEATS` with the mean
 * milliseconds of a batch of N images. Pixels are in shared memory as in the encoder.
 */
const tower = await openVisionTower(await readModelFolder(process.argv[2] ?? '.'), openRuntime())
const batches = new Map<number, Float32Array>()

/** Made once, so that no garbage is collected while the model is timed. */
function batchOf(count: number): Float32Array {
  const made = batches.get(count) ?? noise(count)
  batches.set(count, made)
  return made
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [count = 1, repeats = 1] = line.split(' ').map(Number)
  const pixels = batchOf(count)
  const taken = await onceMs(async () => {
    for (let i = 0; i < repeats; i++) await tower.encode(pixels, count, 'clip', false)
  })
  console.log(taken / repeats)
}

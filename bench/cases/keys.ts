import { buildCache } from '../../src/cache/cache.js'
import { clip } from '../../src/spaces/clip.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { against, type Benchmark, inTurns, median, ms, onceMs, type Row } from '../benchmark.js'
import { startPython } from '../contestants.js'

const dimensions = 512
const classes = 50

/** Affinities of queries with few and with very many keys, beside NumPy on the same cores. */
export const keys: Benchmark = {
  name: 'keys',
  async run() {
    const rows: Row[] = []
    for (const count of [1600, 16_000, 160_000, 500_000]) {
      for (const queries of [1, 256]) rows.push(await measure(count, queries))
      // After a rest, threads wake up first. A service that is asked all the time does not rest.
      if (count <= 16_000) rows.push(await measure(count, 1, inSuccession))
    }
    return rows
  },
}

const inSuccession = 50

async function measure(count: number, queryCount: number, repeats = 1): Promise<Row> {
  const runtime = openRuntime()
  const numpy = await startPython('keys.py', String(count), String(dimensions))
  try {
    const support = {
      features: { clip: noise(count) },
      labels: Int32Array.from({ length: count }, (_, i) => i % classes),
      classes,
      textClassifier: null,
      logitScale: 100,
    }
    const cache = await buildCache(support, clip(), createKernels(runtime))
    const queries = { clip: noise(queryCount) }
    const ours = () =>
      onceMs(async () => {
        for (let i = 0; i < repeats; i++) {
          for (const batch of cache.batches(queries)) await batch.affinities()
        }
      })
    const measured = await inTurns(
      { ours, ...(numpy && { numpy: () => numpy.ask(`${queryCount} ${repeats}`) }) },
      count * queryCount > 1e7 ? 7 : 15,
    )
    const times = measured.ours ?? []
    const operations = 2 * count * queryCount * dimensions * repeats
    const speed = `${(operations / median(times) / 1e6).toFixed(1)} GFLOP/s`
    const often = repeats === 1 ? '' : `, ${repeats} times in succession,`
    const quantity = `Affinities of ${queryCount} ${queryCount === 1 ? 'query' : 'queries'}${often} with ${count}×${dimensions} keys, ${speed}, against NumPy`
    return measured.numpy ? against(quantity, times, measured.numpy) : { quantity, ours: ms(median(times)) }
  } finally {
    numpy?.end()
    await runtime.close()
  }
}

/** Random features, [rows, d], not of unit length. They repeat, since only their number matters. */
function noise(rows: number): Matrix {
  const random = seeded('keys')
  const tile = Float32Array.from({ length: Math.min(rows, 1600) * dimensions }, () => random.next() - 0.5)
  const data = new Float32Array(rows * dimensions)
  for (let at = 0; at < data.length; at += tile.length) data.set(tile.subarray(0, data.length - at), at)
  return matrix(rows, dimensions, data)
}

export interface Neighbours {
  /** The `k` nearest points of each point, itself first. */
  readonly indices: number[][]
  readonly distances: number[][]
}

/**
 * The exact nearest neighbours of points with `dimensions` numbers each, by Euclidean distance. It compares all pairs, which
 * takes seconds for 10,000 points. Calls `onProgress` with the share that is done.
 */
export function neighboursOf(
  data: Float32Array,
  dimensions: number,
  k: number,
  onProgress: (share: number) => void = () => {},
): Neighbours {
  const count = data.length / dimensions
  const indices: number[][] = []
  const distances: number[][] = []
  const near = new Float64Array(k)
  const who = new Int32Array(k)
  for (let i = 0; i < count; i++) {
    let found = 0
    for (let j = 0; j < count; j++) {
      let square = 0
      for (let a = i * dimensions, b = j * dimensions, end = a + dimensions; a < end; a++, b++) {
        const difference = (data[a] as number) - (data[b] as number)
        square += difference * difference
      }
      // A point is the nearest to itself, also where another has the same place.
      if (i === j) square = -1
      if (found === k && square >= (near[k - 1] as number)) continue
      let at = found < k ? found++ : k - 1
      for (; at > 0 && (near[at - 1] as number) > square; at--) {
        near[at] = near[at - 1] as number
        who[at] = who[at - 1] as number
      }
      near[at] = square
      who[at] = j
    }
    indices.push(Array.from(who.subarray(0, found)))
    distances.push(Array.from(near.subarray(0, found), (square) => Math.sqrt(Math.max(0, square))))
    if (i % 256 === 255) onProgress((i + 1) / count)
  }
  return { indices, distances }
}

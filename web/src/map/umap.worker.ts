import { UMAP } from 'umap-js'
import { neighboursOf } from './neighbours'
import { firstTwo, fitted } from './points'
import { randomFrom } from './random'

/** What is to be laid out: `dimensions` numbers of each point. */
export interface UmapRequest {
  readonly components: Float32Array
  readonly dimensions: number
}

/** Places so far, and the share of the work that is done, from 0 to 1. */
export interface UmapProgress {
  readonly places: Float32Array | null
  readonly share: number
}

/** As in the paper (McInnes et al., 2018), but for points so few that they have no 15 neighbours. */
const neighbours = 15
/** At least this much time lies between two answers, in milliseconds. */
const msBetween = 120
/** The neighbours take about this share of the time. */
const shareOfNeighbours = 0.3

self.onmessage = ({ data: { components, dimensions } }: MessageEvent<UmapRequest>) => {
  const answer = (places: Float32Array | null, share: number) =>
    self.postMessage({ places, share } satisfies UmapProgress)
  const count = components.length / dimensions
  const k = Math.min(neighbours, count - 1)
  const { indices, distances } = neighboursOf(components, dimensions, k, (share) =>
    answer(null, share * shareOfNeighbours),
  )
  // The seed makes the same features the same map.
  const umap = new UMAP({ nNeighbors: k, minDist: 0.1, random: randomFrom(1) })
  umap.setPrecomputedKNN(indices, distances)
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(components.subarray(i * dimensions, (i + 1) * dimensions)),
  )
  const epochs = umap.initializeFit(rows)
  // It starts from the principal components, so that points move from there, and far apart stays far apart.
  const start = fitted(firstTwo(components, dimensions))
  for (const [i, place] of umap.getEmbedding().entries()) {
    place[0] = 10 * (start[2 * i] ?? 0)
    place[1] = 10 * (start[2 * i + 1] ?? 0)
  }
  let last = performance.now()
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step()
    const now = performance.now()
    if (epoch < epochs && now - last < msBetween) continue
    last = now
    answer(
      Float32Array.from(umap.getEmbedding().flat()),
      shareOfNeighbours + (1 - shareOfNeighbours) * (epoch / epochs),
    )
  }
}

import { createHash } from 'node:crypto'
import type { Support } from '../../src/features/support.js'

/** The images that a fold of leave-one-out scores, and all that it leaves out. */
export interface Fold {
  readonly scored: readonly number[]
  readonly left: readonly number[]
}

/**
 * The folds of leave-one-out by their definition. Fold k leaves out image k of every class, from the first again where a
 * class has fewer, and none of a class of one. The images of a class are in the order of the hashes of their features.
 */
export function foldsOf({ labels, features }: Pick<Support, 'labels' | 'features'>): Fold[] {
  const { columns = 0, data = new Float32Array() } = features.clip ?? {}
  const hash = (i: number) =>
    createHash('sha256')
      .update(data.slice(i * columns, (i + 1) * columns))
      .digest('hex')
  const order = [...labels.keys()].sort((i, j) => (hash(i) < hash(j) ? -1 : 1))
  const images = [...new Set(labels)].map((c) => order.filter((i) => labels[i] === c))
  const most = Math.max(...images.map(({ length }) => length))
  if (most === 1) {
    const halves = [0, 1].map((half) => order.filter((_, at) => at % 2 === half))
    return halves.map((half) => ({ scored: half, left: half }))
  }
  return Array.from({ length: most }, (_, k) => ({
    scored: images.flatMap((of) => (of.length > 1 ? of.slice(k, k + 1) : [])),
    left: images.flatMap((of) => (of.length > 1 ? [of[k % of.length] as number] : [])),
  }))
}

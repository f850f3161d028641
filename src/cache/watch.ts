/** Notices when something that is shared is written to. */
export interface Watch {
  /** Watches these numbers from now on, and returns them. */
  watch<T extends Float32Array | Int32Array>(name: string, data: T): T
  /** The name of what has been written to; null if nothing has. */
  written(): string | null
}

/** A few numbers of each array tell of a loop over it; `everything` compares them all, for checks. */
export type Watchfulness = 'samples' | 'everything'

const samples = 64

export function createWatch(watchfulness: Watchfulness): Watch {
  const watched: { name: string; data: ArrayLike<number>; at: Int32Array; was: Float64Array }[] = []
  return {
    watch(name, data) {
      const count = watchfulness === 'everything' ? data.length : Math.min(samples, data.length)
      const at = Int32Array.from({ length: count }, (_, i) => Math.floor((i * data.length) / count))
      watched.push({ name, data, at, was: Float64Array.from(at, (i) => data[i] as number) })
      return data
    },
    written: () =>
      watched.find(({ data, at, was }) => at.some((i, k) => !Object.is(data[i], was[k])))?.name ?? null,
  }
}

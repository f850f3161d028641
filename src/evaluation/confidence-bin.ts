/** The bin of a confidence, from 0, among bins of equal width. Upper edges belong to the bin below them. */
export const confidenceBin = (confidence: number, bins: number): number =>
  Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))

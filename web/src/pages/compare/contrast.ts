import type { Line } from './series'

/** Two methods to compare, at a number of shots. */
export interface Contrast {
  readonly id: string
  readonly line: Line
  readonly baseline: Line
  readonly shots: number
}

/** Converts it to the API's arguments. */
export const contrastVariables = ({ id, line, baseline, shots }: Contrast) => ({
  id,
  shots,
  encoder: line.encoder,
  method: line.method.id,
  space: line.space?.id ?? null,
  baseline: baseline.method.id,
  baselineSpace: baseline.space?.id ?? null,
})

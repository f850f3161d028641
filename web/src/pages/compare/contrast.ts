import type { Line } from './series'

/** A method against another one at a number of shots. */
export interface Contrast {
  readonly id: string
  readonly line: Line
  readonly baseline: Line
  readonly shots: number
}

/** As the API takes it. */
export const contrastVariables = ({ id, line, baseline, shots }: Contrast) => ({
  id,
  shots,
  encoder: line.encoder,
  method: line.method.id,
  space: line.space?.id ?? null,
  baseline: baseline.method.id,
  baselineSpace: baseline.space?.id ?? null,
})

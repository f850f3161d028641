/** A search by its definition: every point of a grid, every image, every class, in double precision. */
export interface SearchProblem {
  /** The first varies slowest. */
  readonly axes: readonly { readonly name: string; readonly values: readonly number[] }[]
  /** The terms of the sum in their order: their weight, if any, and their logits, a row for each image. */
  readonly terms: readonly {
    readonly weight: string | null
    readonly logits: (values: Readonly<Record<string, number>>) => readonly (readonly number[])[]
  }[]
  readonly classes: number
  /** The class of each image; −1 for one that has no say. */
  readonly labels: readonly number[]
}

export interface Found {
  /** How many images each point classifies right. */
  readonly counts: readonly number[]
  /** The first of the best points. */
  readonly values: Readonly<Record<string, number>>
  readonly correct: number
}

export function bruteForce({ axes, terms, classes, labels }: SearchProblem): Found {
  const points = pointsOf(axes)
  const counts = points.map((values) => {
    const weighted = terms.map(({ weight, logits }) => ({
      factor: weight === null ? 1 : (values[weight] ?? Number.NaN),
      logits: logits(values),
    }))
    let right = 0
    for (const [image, label] of labels.entries()) {
      let best = -1
      let greatest = 0
      for (let c = 0; c < classes; c++) {
        let logit = 0
        for (const { factor, logits } of weighted) logit += factor * (logits[image]?.[c] ?? Number.NaN)
        if (best < 0 || logit > greatest) {
          best = c
          greatest = logit
        }
      }
      if (best === label) right++
    }
    return right
  })
  const correct = Math.max(...counts)
  return { counts, values: points[counts.indexOf(correct)] ?? {}, correct }
}

/** Every combination, in order. */
export function pointsOf(axes: SearchProblem['axes']): Record<string, number>[] {
  let points: Record<string, number>[] = [{}]
  for (const { name, values } of axes) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })))
  }
  return points
}

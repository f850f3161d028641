import { gatherRows, type Matrix, matrix, meanRow, rowOf, unitRows } from '../tensor/matrix.js'

/** The text features of every prompt of every class, ascending by class. */
export interface Prompts {
  /** [P, d], unit rows, in `clip`. */
  readonly features: Matrix
  /** [P], ascending: the class of each prompt, in {0, …, C − 1}. Every class has at least one. */
  readonly labels: Int32Array
  /** [C]: the names of the classes; their numbers where the source names none. */
  readonly classNames: readonly string[]
}

/** The prompts of some classes alone, which are numbered in the order of `kept`. */
export function promptsOfClasses(
  { features, labels, classNames }: Prompts,
  kept: readonly number[],
): Prompts {
  const byClass = rowsByClass(labels)
  const rows = kept.map((c) => byClass.get(c) ?? [])
  return {
    features: gatherRows(features, rows.flat()),
    labels: Int32Array.from(rows.flatMap((ofClass, c) => ofClass.map(() => c))),
    classNames: kept.map((c) => classNames[c] as string),
  }
}

/** W, [C, d]: the mean of the prompts of each class, made unit. */
export function classifierOf({ features, labels, classNames }: Prompts): Matrix {
  const classifier = matrix(classNames.length, features.columns)
  for (const [c, rows] of rowsByClass(labels)) rowOf(classifier, c).set(meanRow(gatherRows(features, rows)))
  return unitRows(classifier)
}

function rowsByClass(labels: Int32Array): ReadonlyMap<number, readonly number[]> {
  const rows = new Map<number, number[]>()
  for (const [row, c] of labels.entries()) {
    const known = rows.get(c)
    if (known) known.push(row)
    else rows.set(c, [row])
  }
  return rows
}

interface Measure {
  /** Its name in GraphQL. */
  readonly order: string
  /** Its column in a CSV file, with its unit there. */
  readonly csv: string
  /** What the library's numbers are divided by for a share from 0 to 1: 100 for percentages. */
  readonly scale: number
  readonly higherIsBetter: boolean
  /** Whether it is a share of images. */
  readonly isProportion: boolean
  /** Of the API's fields, which are from 0 to 1. */
  readonly description: string
}

/**
 * Every number that a run measures on its test images, in one place: the database columns, the API's fields, orders and
 * exports follow from this table. Adding one touches this file, `evaluation/metrics.ts`, which computes it, and the
 * database schema with its migration.
 */
export const measures = {
  accuracy: {
    order: 'ACCURACY',
    csv: 'accuracy_percent',
    scale: 100,
    higherIsBetter: true,
    isProportion: true,
    description: 'The share of the test images whose class has the greatest logit, from 0 to 1.',
  },
  top5Accuracy: {
    order: 'TOP5_ACCURACY',
    csv: 'top5_accuracy_percent',
    scale: 100,
    higherIsBetter: true,
    isProportion: true,
    description: 'The share of the test images whose class is among the five greatest logits, from 0 to 1.',
  },
  calibrationError: {
    order: 'CALIBRATION_ERROR',
    csv: 'calibration_error',
    scale: 1,
    higherIsBetter: false,
    isProportion: false,
    description: 'Expected calibration error over 15 bins of confidence, from 0 to 1.',
  },
} as const satisfies Record<string, Measure>

export type MeasureName = keyof typeof measures

/** A run's measures. */
export type Measures = Readonly<Record<MeasureName, number>>

/** How runs can be ordered by a measure. */
export type MeasureOrder = (typeof measures)[MeasureName]['order']

export const measureNames = Object.keys(measures) as readonly MeasureName[]

/** A record with an entry for every measure. */
export const mapMeasures = <T>(entryOf: (name: MeasureName) => T): Record<MeasureName, T> =>
  Object.fromEntries(measureNames.map((name) => [name, entryOf(name)])) as Record<MeasureName, T>

/** The measures of something that has them among other properties. */
export const pickMeasures = (from: Measures): Measures => mapMeasures((name) => from[name])

import type { Row } from './series'

/** The metrics of a comparison. The page shows them in percent. */
export const metrics = [
  {
    id: 'accuracy',
    measure: 'ACCURACY',
    label: 'Accuracy',
    axis: 'Test accuracy (%)',
    digits: 1,
    better: 'high',
  },
  {
    id: 'top5',
    measure: 'TOP5_ACCURACY',
    label: 'Top 5',
    axis: 'Top-5 test accuracy (%)',
    digits: 1,
    better: 'high',
  },
  {
    id: 'calibration',
    measure: 'CALIBRATION_ERROR',
    label: 'Calibration',
    axis: 'Expected calibration error (%)',
    digits: 1,
    better: 'low',
  },
] as const

export type Metric = (typeof metrics)[number]

export const metricNamed = (id: string | null): Metric =>
  metrics.find((metric) => metric.id === id) ?? metrics[0]

/** A row's statistic of a metric, in percent. */
export function statisticOf(row: Row, { id }: Metric) {
  const { mean, standardDeviation, low, high, n } = {
    accuracy: row.accuracy,
    top5: row.top5Accuracy,
    calibration: row.calibrationError,
  }[id]
  return {
    mean: 100 * mean,
    standardDeviation: 100 * standardDeviation,
    low: 100 * low,
    high: 100 * high,
    n,
  }
}

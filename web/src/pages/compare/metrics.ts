import type { Row } from './series'

/** The metrics of a comparison. */
export const metrics = [
  {
    id: 'accuracy',
    measure: 'ACCURACY',
    label: 'Accuracy',
    axis: 'Test accuracy (%)',
    scale: 1,
    digits: 1,
    better: 'high',
  },
  {
    id: 'top5',
    measure: 'TOP5_ACCURACY',
    label: 'Top 5',
    axis: 'Top-5 test accuracy (%)',
    scale: 1,
    digits: 1,
    better: 'high',
  },
  {
    id: 'calibration',
    measure: 'CALIBRATION_ERROR',
    label: 'Calibration',
    axis: 'Expected calibration error (%)',
    scale: 100,
    digits: 1,
    better: 'low',
  },
] as const

export type Metric = (typeof metrics)[number]

export const metricNamed = (id: string | null): Metric =>
  metrics.find((metric) => metric.id === id) ?? metrics[0]

/** A row's statistic of a metric, in its unit. */
export function statisticOf(row: Row, { id, scale }: Metric) {
  const { mean, standardDeviation, low, high, n } = {
    accuracy: row.accuracy,
    top5: row.top5Accuracy,
    calibration: row.calibrationError,
  }[id]
  return {
    mean: scale * mean,
    standardDeviation: scale * standardDeviation,
    low: scale * low,
    high: scale * high,
    n,
  }
}

import type { DatasetClassificationRow } from '../../store/dataset-classifications.js'

/** The estimated remaining seconds at the mean speed since it last began; null if it does not run or has no image done since. */
export function classificationSecondsLeft(
  { status, startedAt, doneBefore, done, images }: DatasetClassificationRow,
  now = Date.now(),
): number | null {
  const doneSince = done - doneBefore
  if (status !== 'RUNNING' || startedAt === null || doneSince <= 0) return null
  return (((now - startedAt.getTime()) / 1000) * Math.max(0, images - done)) / doneSince
}

import type { TrainingRow } from '../store/trainings.js'
import { storedTrainingSettings } from '../training/settings.js'

/** Seconds that a training still takes at its speed; null where that is not known, and where it has ended. */
export function secondsLeft({ status, step, steps, imagesPerSecond, settings }: TrainingRow): number | null {
  if (status !== 'RUNNING' || !imagesPerSecond) return null
  const { batch } = storedTrainingSettings(settings)
  return ((steps - step) * batch) / imagesPerSecond
}

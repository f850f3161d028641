import type { TrainingRow } from '../store/trainings.js'
import { storedTrainingSettings } from '../training/settings.js'

/** The estimated remaining seconds of a training; null if its speed is unknown or it is not running. */
export function secondsLeft({ status, step, steps, imagesPerSecond, settings }: TrainingRow): number | null {
  if (status !== 'RUNNING' || !imagesPerSecond) return null
  const { batch } = storedTrainingSettings(settings)
  return ((steps - step) * batch) / imagesPerSecond
}

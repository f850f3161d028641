import type { ImageWorkers } from '../../images/workers/image-workers.js'
import type { NewImage } from '../../store/datasets.js'
import { imageIdOf } from '../../store/image-files.js'
import { type ImageIntake, isImageError, type RejectedImage } from '../image-intake.js'

/** Reads and checks images as an intake does, and stores nothing. */
export const createCheckIntake = (context: {
  readonly imageWorkers: Pick<ImageWorkers, 'check'>
  readonly maxMegapixels: number
}): Pick<ImageIntake, 'store'> => ({
  async store(images, record) {
    const good: NewImage[] = []
    const rejected: RejectedImage[] = []
    let position = 0
    for await (const { read, classIndex, split } of images) {
      try {
        const bytes = await read()
        const checked = await context.imageWorkers.check(bytes, context.maxMegapixels)
        const { width, height, format, isCutShort: cutShort } = checked
        good.push({
          ...{ imageId: imageIdOf(bytes), width, height, format, cutShort },
          ...{ bytes: bytes.length, classIndex, split },
        })
      } catch (error) {
        if (!isImageError(error)) throw error
        rejected.push({ position, code: error.code, reason: error.message })
      }
      position++
    }
    return record(good, rejected)
  },
})

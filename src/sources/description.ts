import { z } from 'zod'
import { reasonOf } from '../errors.js'
import type { Source, SourceFile } from './source.js'

/** What `dataset.json` beside the images may say of them. */
const descriptionSchema = z.object({
  /** The dataset's name. */
  dataset: z.string().trim().min(1).optional(),
  classes: z
    .array(
      z.object({
        name: z.string().trim().min(1),
        /** Where its images lie, if not in a folder of its name. */
        folder: z.string().min(1).optional(),
        prompts: z.array(z.string().min(1)).min(1).optional(),
      }),
    )
    .optional(),
})

export type Description = z.infer<typeof descriptionSchema>

export const descriptionName = 'dataset.json'

/** Reads a source's `dataset.json`. Throws what the source throws for what is wrong with it. */
export async function readDescription(source: Source, file: SourceFile): Promise<Description> {
  try {
    for await (const read of source.readers([file])) {
      return descriptionSchema.parse(JSON.parse((await read()).toString('utf8')))
    }
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error)
    throw source.invalid(`${descriptionName}: ${reason}`)
  }
  throw source.invalid(`${descriptionName} is not there any more`)
}

import { z } from 'zod'
import { reasonOf } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import type { Source, SourceFile } from './source.js'

/** The content of the optional `dataset.json` of a source. */
const descriptionSchema = z.object({
  /** The dataset's name. */
  dataset: z.string().trim().min(1).optional(),
  classes: z
    .array(
      z.object({
        name: z.string().trim().normalize('NFC').min(1),
        /** The folder of its images, if it does not have the name of the class. */
        folder: z.string().min(1).optional(),
        prompts: z.array(z.string().min(1)).min(1).optional(),
      }),
    )
    .optional(),
})

export type Description = z.infer<typeof descriptionSchema>

export const descriptionName = 'dataset.json'

/** Reads the `dataset.json` of a source. Throws the error of the source if it is invalid. */
export async function readDescription(source: Source, file: SourceFile): Promise<Description> {
  try {
    for await (const read of source.readers([file])) {
      return descriptionSchema.parse(parseJson((await read()).toString('utf8')))
    }
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error)
    throw source.invalid(`${descriptionName}: ${reason}`)
  }
  throw source.invalid(`${descriptionName} no longer exists`)
}

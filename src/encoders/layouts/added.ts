import { z } from 'zod'
import { precisions } from '../manifest.js'
import { encoderId } from './files.js'

/** `shotboard.json`: the choices made when a model was added, and its source. */
export const addedSchema = z.object({
  id: encoderId,
  name: z.string().min(1),
  precision: z.enum(precisions),
  logitScale: z.number().positive().optional(),
  logitBias: z.number().optional(),
  source: z
    .object({ repository: z.string(), revision: z.string(), commit: z.string().optional() })
    .or(z.object({ path: z.string() }))
    .optional(),
})
export type Added = z.infer<typeof addedSchema>
export const addedFile = 'shotboard.json'

import { z } from 'zod'

/** What a run was made with: whoever has the same gets the same result. Hashes are SHA-256 in hexadecimal. */
export const provenanceSchema = z.object({
  versions: z.object({ shotboard: z.string(), onnxruntime: z.string(), node: z.string() }),
  /** The encoder's files by name. */
  encoder: z.record(z.string(), z.string()),
  /** The file with the adapters that the run's space has on; null where it has none. */
  adapter: z.string().nullable(),
  /** Of the dataset as it was, by `fingerprintDataset`. */
  dataset: z.string(),
  /** Of the dataset whose test images were measured on, where it is another. */
  testDataset: z.string().nullable(),
})

export type Provenance = z.infer<typeof provenanceSchema>

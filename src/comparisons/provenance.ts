import { z } from 'zod'

/** Everything with which a run was made. Equal provenances give equal results. Hashes are SHA-256 in hexadecimal. */
export const provenanceSchema = z.object({
  versions: z.object({ shotboard: z.string(), onnxruntime: z.string(), node: z.string() }),
  /** The hashes of the encoder's files, by name. */
  encoder: z.record(z.string(), z.string()),
  /** The hash of the file with the adapter that the run's space uses; null if it uses none. */
  adapter: z.string().nullable(),
  /** The dataset's fingerprint when the run was made; see `fingerprintDataset`. */
  dataset: z.string(),
  /** The fingerprint of the dataset with the test images; null if it is the same dataset. */
  testDataset: z.string().nullable(),
})

export type Provenance = z.infer<typeof provenanceSchema>

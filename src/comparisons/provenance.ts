import { z } from 'zod'
import { identitySchema } from '../plugins/identity.js'

const runCodeSchema = z.object({
  /** The hash of what selects and measures. */
  evaluation: z.string(),
  method: identitySchema,
  /** Null if the method compares no images. */
  space: identitySchema.nullable(),
  /** The fingerprint of the generic covariance that the space uses; absent if it uses none. */
  generic: z.string().optional(),
})

/** The code that computes a run. */
export type RunCode = z.infer<typeof runCodeSchema>

/** Everything with which a run was made. Equal provenances give equal results. Hashes are SHA-256 in hexadecimal. */
export const provenanceSchema = z.object({
  versions: z.object({ shotboard: z.string(), onnxruntime: z.string(), node: z.string() }),
  /** The hashes of the encoder's files, by name. */
  encoder: z.record(z.string(), z.string()),
  /** The hash of the file with the adapter that the run's space uses; null if it uses none. */
  adapter: z.string().nullable(),
  /**
   * The kind of processor that made the features, but for those of earlier versions, which did not record theirs; null for results of
   * earlier versions.
   */
  processor: z.string().nullable().default(null),
  /** The dataset's fingerprint when the run was made; see `DatasetContents`. */
  dataset: z.string(),
  /** The fingerprint of the dataset with the test images; null if it is the same dataset. */
  testDataset: z.string().nullable(),
  /** What the generic covariance that the run's space uses was measured on; null if it uses none. */
  generic: z
    .array(
      z.object({
        name: z.string(),
        dataset: z.string().nullable(),
        images: z.number(),
        classes: z.number(),
      }),
    )
    .nullable()
    .default(null),
  /** Null for results of earlier versions, which did not record it, and nor did they record the next. */
  code: runCodeSchema.nullable().default(null),
  /** How many prompts the classes had; null for results of earlier versions. */
  prompts: z.object({ least: z.number(), mean: z.number(), most: z.number() }).nullable().default(null),
  /** The method's hyperparameters, with the grids that were searched unless values were given. */
  hyperparameters: z
    .record(
      z.string(),
      z.object({ kind: z.enum(['weight', 'shape']), default: z.number(), grid: z.array(z.number()) }),
    )
    .nullable()
    .default(null),
})

export type Provenance = z.infer<typeof provenanceSchema>

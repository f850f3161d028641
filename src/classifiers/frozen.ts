import { z } from 'zod'
import { searches, selections } from '../evaluation/protocol.js'
import type { TermRanges } from '../methods/score.js'
import { identitySchema } from '../plugins/identity.js'
import { Drawing } from '../store/enums.js'

const statisticSchema = z.object({
  mean: z.number(),
  standardDeviation: z.number(),
  low: z.number(),
  high: z.number(),
  n: z.int(),
})

// JSON has no infinity: an empty range, from Infinity to −Infinity, is stored as two nulls.
const rangeSchema = z
  .object({ min: z.number().nullable(), max: z.number().nullable() })
  .transform(({ min, max }) => ({
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
  }))

const frozenSchema = z.object({
  /** The version of this format. */
  format: z.literal(1),
  encoder: z.object({
    id: z.string(),
    name: z.string(),
    dimensions: z.int(),
    logitScale: z.number(),
    /** By encoder space, what its features are stored under. */
    fingerprints: z.record(z.string(), z.string()),
    /** The SHA-256 of the adapters of the base space; null without. */
    adapter: z.string().nullable(),
    /** The SHA-256 of each of the model's files. */
    files: z.record(z.string(), z.string()),
  }),
  method: identitySchema,
  space: identitySchema.nullable(),
  /** The encoder's space that images are compared in, or that the space is fitted on: `clip`, `imo`, `imo:NAME`. */
  base: z.string(),
  hyperparameters: z.record(z.string(), z.number()),
  ranges: z.record(z.string(), z.record(z.string(), rangeSchema)),
  temperature: z.number(),
  /** Earlier versions had one temperature for all images. */
  typicalSpread: z.number().nullable().default(null),
  /** The coverage of its prediction sets, in (0, 1). */
  coverage: z.number(),
  /** The threshold for this coverage; null if no image could be left out to fit it. */
  threshold: z.number().nullable(),
  classes: z.array(z.object({ name: z.string(), prompts: z.array(z.string()) })),
  support: z.object({
    /** The support set that was drawn for it. */
    id: z.string(),
    shots: z.int(),
    drawing: z.enum(Drawing),
    seed: z.int(),
    augmentations: z.int(),
    images: z.int(),
  }),
  /** How hyperparameters and temperature were chosen, and the accuracy on those images, in percent. */
  selection: z.object({
    protocol: z.enum(selections),
    /** Earlier versions searched no other way. */
    search: z.enum(searches).default('EXACT'),
    images: z.int(),
    accuracy: z.number().nullable(),
  }),
  dataset: z.object({ id: z.string(), name: z.string(), fingerprint: z.string() }),
  /** The row of the comparison that it was made from, as measured there; null without a comparison. */
  measured: z
    .object({
      comparison: z.string(),
      shots: z.int(),
      /** The name of the dataset of the test images. */
      testDataset: z.string(),
      testImages: z.int(),
      selection: z.enum(selections),
      accuracy: statisticSchema,
      calibrationError: statisticSchema,
      /** What prediction sets were worth; null if none could be fitted. */
      sets: z.object({ promised: z.number(), coverage: statisticSchema, size: statisticSchema }).nullable(),
    })
    .nullable(),
  /** The versions of what made it. */
  versions: z.record(z.string(), z.string()),
})

/** All that decides a classifier's answers but its features and texts, and where it comes from. */
export type Frozen = z.infer<typeof frozenSchema>

/** Reads what a version's row has. Throws zod's error for what no version of Shotboard has written. */
export const parseFrozen = (frozen: unknown): Frozen => frozenSchema.parse(frozen)

/** Ranges as JSON can hold them. */
export const storedRanges = (ranges: TermRanges): unknown => JSON.parse(JSON.stringify(ranges))

import { z } from 'zod'
import { errors } from '../errors.js'

export const objectiveNames = ['supervised', 'self-supervised'] as const
export type ObjectiveName = (typeof objectiveNames)[number]

const share = z.number().min(0).lt(1)
const positive = z.number().positive()

/** How to train an adapter. The defaults, by objective, are those of the paper (arXiv 2409.11338). */
const settingsSchema = z.object({
  objective: z.enum(objectiveNames),
  /** The inner width of every block's adapter. */
  bottleneck: z.int().min(1).max(4096),
  /** s, the factor for the adapters' output. */
  scale: positive.max(100),
  epochs: z.int().min(1).max(10_000),
  /** The number of images per step. */
  batch: z.int().min(2).max(65_536),
  /** The learning rate of AdamW; with self-supervision, its maximum. */
  rate: positive.max(10),
  weightDecay: z.number().min(0).max(1),
  seed: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1),
  /** Whether pixels are normalised as in inference. The published training code does not normalise. */
  normalise: z.boolean(),
  /** Supervised: the share of the bottleneck that dropout sets to zero at each step. */
  dropout: share,
  /** Self-supervised: the number of epochs until the rate reaches its maximum. */
  warmUpEpochs: z.int().min(0),
  /** Self-supervised: the teacher's momentum, the share of its weights that stays at each step. */
  teacherMomentum: share,
  /** Self-supervised: the number of small crops of each image. */
  localCrops: z.int().min(1).max(32),
  /** Self-supervised: the side of a small crop as a share of the encoder's image size. Rounded to whole patches. */
  localSize: z.number().gt(0).max(1),
  /** Self-supervised: the number of prototypes, which are the projection head's outputs. */
  prototypes: z.int().min(2).max(1_000_000),
})

export type TrainingSettings = Readonly<z.infer<typeof settingsSchema>>
export type TrainingSettingsInput = { readonly objective: ObjectiveName } & {
  readonly [K in keyof TrainingSettings]?: TrainingSettings[K] | null | undefined
}

const common = { bottleneck: 64, scale: 0.03, batch: 128, seed: 1, normalise: true, dropout: 0.1 }
const distillation = {
  warmUpEpochs: 1,
  teacherMomentum: 0.9998,
  localCrops: 6,
  localSize: 0.43,
  prototypes: 4096,
}

/** The settings of the paper (arXiv 2409.11338). */
export const trainingDefaults: Readonly<Record<ObjectiveName, TrainingSettings>> = {
  supervised: {
    ...common,
    ...distillation,
    objective: 'supervised',
    epochs: 1,
    rate: 0.008,
    weightDecay: 0.01,
  },
  'self-supervised': {
    ...common,
    ...distillation,
    objective: 'self-supervised',
    epochs: 10,
    rate: 0.0008,
    weightDecay: 0.04,
  },
}

/** Parses stored settings. Throws a ZodError if they are malformed. */
export const storedTrainingSettings = (stored: unknown): TrainingSettings => settingsSchema.parse(stored)

/** Fills in the objective's defaults and checks the settings. Throws INVALID_VALUE with the argument at fault. */
export function parseTrainingSettings(input: TrainingSettingsInput): TrainingSettings {
  const given = Object.entries(input).filter(([, value]) => value != null)
  const defaults = trainingDefaults[input.objective] ?? trainingDefaults.supervised
  const parsed = settingsSchema.safeParse({ ...defaults, ...Object.fromEntries(given) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const argument = issue?.path.join('.')
  throw errors.invalidValue({ reason: `${argument}: ${issue?.message}.` }, argument)
}

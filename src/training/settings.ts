import { z } from 'zod'
import { errors } from '../errors.js'

export const objectiveNames = ['supervised', 'self-supervised'] as const
export type ObjectiveName = (typeof objectiveNames)[number]

const share = z.number().min(0).lt(1)
const positive = z.number().positive()

/** How an adapter is trained. What is not given is as in the paper (arXiv 2409.11338), by the objective. */
const settingsSchema = z.object({
  objective: z.enum(objectiveNames),
  /** The inner width of every block's adapter. */
  bottleneck: z.int().min(1).max(4096),
  /** s: what the adapters' output is multiplied by. */
  scale: positive.max(100),
  epochs: z.int().min(1).max(10_000),
  /** Images a step. */
  batch: z.int().min(2).max(65_536),
  /** The learning rate of AdamW; with self-supervision its highest. */
  rate: positive.max(10),
  weightDecay: z.number().min(0).max(1),
  seed: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1),
  /** Whether pixels are normalised as in inference. The published training code leaves that out. */
  normalise: z.boolean(),
  /** Supervised: the share of the bottleneck that is left out at every step. */
  dropout: share,
  /** Self-supervised: epochs until the rate is at its highest. */
  warmUpEpochs: z.int().min(0),
  /** Self-supervised: how much of the teacher stays at every step. */
  teacherMomentum: share,
  /** Self-supervised: small crops of every image. */
  localCrops: z.int().min(1).max(32),
  /** Self-supervised: the side of a small crop, as a share of the encoder's; rounded to whole patches. */
  localSize: z.number().gt(0).max(1),
  /** Self-supervised: what the projection head gives, its prototypes. */
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

/** The settings of the paper. */
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

/** Settings as they were stored. */
export const storedTrainingSettings = (stored: unknown): TrainingSettings => settingsSchema.parse(stored)

/** Settings with the objective's defaults for what is not given. Throws INVALID_VALUE with the argument at fault. */
export function parseTrainingSettings(input: TrainingSettingsInput): TrainingSettings {
  const given = Object.entries(input).filter(([, value]) => value != null)
  const defaults = trainingDefaults[input.objective] ?? trainingDefaults.supervised
  const parsed = settingsSchema.safeParse({ ...defaults, ...Object.fromEntries(given) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const argument = issue?.path.join('.')
  throw errors.invalidValue({ reason: `${argument}: ${issue?.message}.` }, argument)
}

import { z } from 'zod'
import { errors } from '../errors.js'
import { klScalings, searches, selections } from '../evaluation/protocol.js'
import { Drawing } from '../store/enums.js'
import { parseJson } from '../system/parse-json.js'
import { type CompareInput, defaultCoverage } from './plan-comparison.js'

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal')

/** A dataset, given by exactly one of its id, its name and the folder to import it from. A string is an id or a name. */
const datasetSchema = z.union([
  z.string().min(1),
  z
    .strictObject({
      id: z.string().min(1).optional(),
      name: z.string().min(1).optional(),
      folder: z.string().min(1).optional(),
      /** The dataset must have this fingerprint; see `DatasetContents`. */
      fingerprint: fingerprint.optional(),
    })
    .refine(
      ({ id, name, folder }) => [id, name, folder].filter((each) => each !== undefined).length === 1,
      'must have exactly one of id, name and folder',
    ),
])

const methodSchema = z.union([
  z.string().min(1),
  z.strictObject({
    method: z.string().min(1),
    space: z.string().nullish(),
    /** Values that are given instead of selected. */
    hyperparameters: z.record(z.string(), z.number()).optional(),
  }),
])

/** The request for a comparison, as an experiment file has it. */
export const experimentSchema = z.strictObject({
  dataset: datasetSchema,
  /** Another dataset with the same class names, whose test images are used instead. */
  testDataset: datasetSchema.nullish(),
  encoder: z.string().min(1).nullish(),
  /** Several encoders, instead of `encoder`. */
  encoders: z.array(z.string().min(1)).nullish(),
  /** Left out with the drawings ALL and LISTED. */
  shots: z.array(z.int()).default([]),
  /** How many images of each class a support set takes: by default LISTED with support images, and EXACT without. */
  drawing: z.enum(Drawing).optional(),
  /** The ids of the images of the support set, instead of a draw. */
  supportImages: z.array(z.string()).optional(),
  seeds: z.array(z.int()).default([1]),
  methods: z.array(methodSchema),
  selection: z.enum(selections).default('VALIDATION'),
  /** How grids are searched. */
  search: z.enum(searches).default('EXACT'),
  klScaling: z.enum(klScalings).default('FROZEN'),
  augmentations: z.int().default(1),
  /** The coverage that prediction sets promise. */
  coverage: z.number().default(defaultCoverage),
  /** A dataset without a class of this one, whose test images belong to no class. */
  unknownDataset: datasetSchema.nullish(),
  /** Names of classes that the classifier does not have. */
  holdOut: z.array(z.string()).default([]),
})

export type Experiment = z.infer<typeof experimentSchema>
export type ExperimentDataset = Experiment['dataset']

/** An exported comparison contains the experiment that repeats it. */
const fileSchema = z.union([z.looseObject({ experiment: experimentSchema }), experimentSchema])

/** Parses the text of an experiment file or an exported comparison. Throws INVALID_EXPERIMENT. */
export function parseExperiment(text: string, file: string): Experiment {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw errors.invalidExperiment({ file, reason: 'it is not JSON' })
  }
  const isExport = typeof json === 'object' && json !== null && 'experiment' in json
  const parsed = fileSchema.options[isExport ? 0 : 1].safeParse(json)
  if (!parsed.success) throw errors.invalidExperiment({ file, reason: z.prettifyError(parsed.error) })
  const experiment = 'experiment' in parsed.data ? parsed.data.experiment : parsed.data
  const { drawing = experiment.supportImages === undefined ? 'EXACT' : 'LISTED' } = experiment
  return { ...experiment, drawing }
}

/** The comparison request of an experiment; `datasets` are the ids of its datasets. */
export function comparisonOf(
  experiment: Experiment,
  datasets: {
    readonly dataset: string
    readonly testDataset: string | null
    readonly unknownDataset?: string | null
  },
): CompareInput {
  const { encoder, encoders, shots, drawing, supportImages, seeds, methods } = experiment
  const { selection, klScaling, augmentations } = experiment
  return {
    dataset: datasets.dataset,
    ...(datasets.testDataset !== null && { testDataset: datasets.testDataset }),
    ...(datasets.unknownDataset != null && { unknownDataset: datasets.unknownDataset }),
    ...(encoder != null && { encoder }),
    ...(encoders != null && { encoders }),
    shots,
    ...(drawing !== undefined && { drawing }),
    ...(supportImages !== undefined && { supportImages }),
    seeds,
    methods: methods.map((choice) => {
      if (typeof choice === 'string') return { method: choice }
      const { method, space, hyperparameters = {} } = choice
      const values = Object.entries(hyperparameters).map(([name, value]) => ({ name, value }))
      return { method, ...(space != null && { space }), hyperparameters: values }
    }),
    selection,
    search: experiment.search,
    klScaling,
    augmentations,
    coverage: experiment.coverage,
    holdOut: experiment.holdOut,
  }
}

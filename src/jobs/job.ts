/**
 * What jobs do. A job names records of the database by their ids and carries nothing else, so that every process can do it.
 *
 * - `import`: an import, by its id.
 * - `train`: a training, by its id.
 * - `compare`: a comparison, by its id. With several machines it only plans the next step, and `part` says what has ended.
 * - `encode`: the images of a dataset, by its id; `part` says which and how.
 * - `run`: a run, by its id.
 * - `classify`: the images of a dataset by a classifier, by the id of the classification. With several machines it only plans.
 * - `classify-part`: a part of it, with several machines; `part` is its number.
 * - `classifier`: making or evaluating a classifier, by the id of its record.
 * - `sweep`: objects without rows. The id is always `objects`.
 */
export const jobKinds = [
  'import',
  'train',
  'compare',
  'encode',
  'run',
  'classify',
  'classify-part',
  'classifier',
  'sweep',
] as const

export type JobKind = (typeof jobKinds)[number]

/** Work on a record. Doing it twice changes nothing. */
export interface Job {
  readonly kind: JobKind
  /** The id of the record. */
  readonly id: string
  /** The part of the work; undefined for all of it. */
  readonly part?: string
  /** The kind of processor that does it; undefined for any. One process has only one, and looks at none. */
  readonly processor?: string
}

/** Does jobs of one kind. The signal aborts when the job is cancelled or the process stops. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>

/** The name of a job. Two jobs with the same name are the same job. */
export const jobName = ({ kind, id, part }: Job): string => [kind, id, ...(part ? [part] : [])].join('/')

/**
 * Every error that Shotboard raises on purpose, in one place. `code` is stable: clients may rely on it. `argument` is
 * the path of the argument at fault, such as `input.images[2]`. Over GraphQL both arrive in `extensions`.
 */
export class ShotboardError extends Error {
  override readonly name = 'ShotboardError'
  readonly code: string
  readonly argument: string | undefined
  /** What GraphQL sends beside the message. */
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, argument?: string) {
    super(message)
    this.code = code
    this.argument = argument
    this.extensions = argument === undefined ? { code } : { code, argument }
  }

  /** The same error, seen from further out: `at('images[2]')` puts the path before what is already known. */
  at(path: string): ShotboardError {
    const argument = this.argument === undefined ? path : `${path}.${this.argument}`
    return new ShotboardError(this.code, this.message, argument)
  }
}

function define<P>(code: string, message: (parameters: P) => string) {
  return (parameters: P, argument?: string): ShotboardError =>
    new ShotboardError(code, message(parameters), argument)
}

/** Who has a data folder for itself. */
interface FolderHolder {
  readonly pid: number
  readonly host: string
  readonly since: string
  readonly command: string
  readonly url?: string | undefined
}

const list = (names: readonly string[]): string => (names.length > 0 ? names.join(', ') : 'none')

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

export const errors = {
  // Things that are not there.
  unknownDataset: define<{ id: string }>('UNKNOWN_DATASET', ({ id }) => `There is no dataset ${id}.`),
  unknownSupportSet: define<{ id: string }>(
    'UNKNOWN_SUPPORT_SET',
    ({ id }) => `There is no support set ${id}.`,
  ),
  unknownRun: define<{ id: string }>('UNKNOWN_RUN', ({ id }) => `There is no run ${id}.`),
  unknownComparison: define<{ id: string }>(
    'UNKNOWN_COMPARISON',
    ({ id }) => `There is no comparison ${id}.`,
  ),
  unknownImport: define<{ id: string }>('UNKNOWN_IMPORT', ({ id }) => `There is no import ${id}.`),
  unknownTraining: define<{ id: string }>('UNKNOWN_TRAINING', ({ id }) => `There is no training ${id}.`),
  unknownAdapter: define<{ name: string; encoder: string; known: readonly string[] }>(
    'UNKNOWN_ADAPTER',
    ({ name, encoder, known }) =>
      `The encoder ${encoder} has no added adapter "${name}"; it has ${list(known)}.`,
  ),
  unknownImage: define<{ id: string }>('UNKNOWN_IMAGE', ({ id }) => `There is no image ${id}.`),
  unknownEncoder: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_ENCODER',
    ({ id, known }) => `There is no encoder ${id}; known are ${list(known)}.`,
  ),
  unknownMethod: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_METHOD',
    ({ id, known }) => `There is no method ${id}; known are ${list(known)}.`,
  ),
  unknownSpace: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_SPACE',
    ({ id, known }) => `There is no feature space ${id}; known are ${list(known)}.`,
  ),
  unknownClass: define<{ name: string; known: readonly string[] }>(
    'UNKNOWN_CLASS',
    ({ name, known }) => `The dataset has no class "${name}"; it has ${list(known)}.`,
  ),
  unknownHyperparameter: define<{ name: string; method: string; known: readonly string[] }>(
    'UNKNOWN_HYPERPARAMETER',
    ({ name, method, known }) => `${method} has no hyperparameter "${name}"; it has ${list(known)}.`,
  ),
  unknownBaseline: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_BASELINE',
    ({ id, known }) => `The comparison has no method ${id} to compare with; it has ${list(known)}.`,
  ),

  // Values that cannot be.
  invalidValue: define<{ reason: string }>('INVALID_VALUE', ({ reason }) => reason),
  emptyList: define<{ what: string }>('EMPTY_LIST', ({ what }) => `Give at least one ${what}.`),
  duplicateEntry: define<{ what: string; name: string }>(
    'DUPLICATE_ENTRY',
    ({ what, name }) => `The ${what} "${name}" is given more than once.`,
  ),
  hyperparameterOutOfRange: define<{
    name: string
    method: string
    value: number
    min: number
    max: number
  }>(
    'HYPERPARAMETER_OUT_OF_RANGE',
    ({ name, method, value, min, max }) =>
      `${name} of ${method} must be from ${min} to ${max}, but is ${value}.`,
  ),
  spaceNotApplicable: define<{ method: string }>(
    'SPACE_NOT_APPLICABLE',
    ({ method }) => `${method} compares no images with images, so it takes no feature space.`,
  ),
  spaceNotAvailable: define<{ space: string; encoder: string }>(
    'SPACE_NOT_AVAILABLE',
    ({ space, encoder }) =>
      `The encoder ${encoder} has no features for the space ${space}: it has no such adapter.`,
  ),
  textRequired: define<{ method: string; term: string }>(
    'TEXT_FEATURES_REQUIRED',
    ({ method, term }) =>
      `${method} needs text features for ${term}, and there are none. The cache alone can be evaluated without (--cache-only).`,
  ),
  datasetDiffers: define<{ name: string }>(
    'DATASET_DIFFERS',
    ({ name }) =>
      `The dataset "${name}" does not hold what the experiment was made with: its fingerprint is another. Take the fingerprint out of the file to compare on it nevertheless.`,
  ),
  datasetExists: define<{ name: string }>(
    'DATASET_EXISTS',
    ({ name }) => `There is a dataset named "${name}" already.`,
  ),

  // Images.
  imageSourceAmbiguous: define<{ given: readonly string[] }>('IMAGE_SOURCE_AMBIGUOUS', ({ given }) =>
    given.length === 0
      ? 'Give the image as exactly one of id, base64 and upload; none was given.'
      : `Give the image as exactly one of id, base64 and upload; ${list(given)} were given.`,
  ),
  invalidBase64: define<object>('INVALID_BASE64', () => 'This is not base64.'),
  invalidImage: define<{ reason: string }>(
    'INVALID_IMAGE',
    ({ reason }) => `This cannot be read as an image: ${reason}.`,
  ),
  imageTooLarge: define<{ width: number; height: number; megapixels: number }>(
    'IMAGE_TOO_LARGE',
    ({ width, height, megapixels }) =>
      `The image has ${width} × ${height} pixels; the limit is ${megapixels} megapixels.`,
  ),
  requestTooLarge: define<{ megabytes: number }>(
    'REQUEST_TOO_LARGE',
    ({ megabytes }) => `The request is larger than the limit of ${megabytes} MB.`,
  ),
  lengthRequired: define<object>(
    'LENGTH_REQUIRED',
    () => 'A multipart request must say how long it is, in a Content-Length header.',
  ),

  // Limits: each can be set (docs/configuration.md).
  tooManyRuns: define<{ most: number; count: number }>(
    'TOO_MANY_RUNS',
    ({ most, count }) => `A comparison has at most ${most} runs; this one would have ${count}.`,
  ),
  pageTooLarge: define<{ most: number; first: number }>(
    'PAGE_TOO_LARGE',
    ({ most, first }) => `A page has at most ${most} entries, not ${first}.`,
  ),
  tooManyFiles: define<{ most: number }>(
    'TOO_MANY_FILES',
    ({ most }) => `A multipart request has at most ${most} files.`,
  ),
  tooManyImages: define<{ most: number; count: number }>(
    'TOO_MANY_IMAGES',
    ({ most, count }) => `A request has at most ${most} images, not ${count}.`,
  ),
  tooManyComparisons: define<{ most: number }>(
    'TOO_MANY_COMPARISONS',
    ({ most }) =>
      `At most ${most} comparisons may wait or run at the same time; try again when one has ended.`,
  ),
  queryTooLong: define<{ most: number }>(
    'QUERY_TOO_LONG',
    ({ most }) => `A document has at most ${most} tokens; give long lists as variables.`,
  ),
  queryTooDeep: define<{ most: number }>(
    'QUERY_TOO_DEEP',
    ({ most }) => `A query goes at most ${most} fields deep.`,
  ),
  queryTooCostly: define<{ most: number; cost: number | undefined }>(
    'QUERY_TOO_COSTLY',
    ({ most, cost }) =>
      `The query may cost at most ${most}, but costs ${cost ?? 'more'}: its fields, those of lists counted as often as the list may be long. Ask for fewer fields or smaller pages.`,
  ),

  // Access.
  unauthenticated: define<object>(
    'UNAUTHENTICATED',
    () => 'This needs a key: send it as the header "Authorization: Bearer KEY".',
  ),
  forbidden: define<object>('FORBIDDEN', () => 'This key is for reading alone: it may not run mutations.'),
  forgedRequest: define<object>(
    'BAD_REQUEST',
    () =>
      'A page of another origin may not ask for this; other clients send the header apollo-require-preflight.',
  ),
  hostNotAllowed: define<{ host: string }>(
    'HOST_NOT_ALLOWED',
    ({ host }) => `Nothing is served under the name ${host}; SHOTBOARD_ALLOWED_HOSTS says which there are.`,
  ),

  // Datasets that do not hold what is asked of them.
  notEnoughImages: define<{ className: string; has: number; shots: number }>(
    'NOT_ENOUGH_IMAGES',
    ({ className, has, shots }) =>
      `Class "${className}" has ${has} image${has === 1 ? '' : 's'} in its support pool, fewer than the ${shots} shot${shots === 1 ? '' : 's'} asked for.`,
  ),
  classWithoutImages: define<{ className: string }>(
    'CLASS_WITHOUT_IMAGES',
    ({ className }) => `Class "${className}" has no images in the support pool.`,
  ),
  noValidationSplit: define<{ dataset: string }>(
    'NO_VALIDATION_SPLIT',
    ({ dataset }) =>
      `The dataset "${dataset}" has no validation images to select on; use LEAVE_ONE_OUT, which selects on the support set itself, or NONE, which takes the defaults.`,
  ),
  noTestSplit: define<{ dataset: string }>(
    'NO_TEST_SPLIT',
    ({ dataset }) => `The dataset "${dataset}" has no test images to measure on.`,
  ),
  classesDiffer: define<{
    dataset: string
    other: string
    only: readonly string[]
    onlyOther: readonly string[]
  }>(
    'CLASSES_DIFFER',
    ({ dataset, other, only, onlyOther }) =>
      `The classes of "${dataset}" and "${other}" must have the same names. Only in "${dataset}": ${list(only)}. Only in "${other}": ${list(onlyOther)}.`,
  ),
  contentsChanged: define<object>(
    'CONTENTS_CHANGED',
    () =>
      'The dataset, its prompts or the encoder have changed since this was asked for; ask for the comparison again.',
  ),
  comparisonFinished: define<{ id: string; status: string }>(
    'COMPARISON_FINISHED',
    ({ id, status }) => `The comparison ${id} has already ended (${status}) and cannot be cancelled.`,
  ),

  // Imports.
  unsupportedArchive: define<object>('UNSUPPORTED_ARCHIVE', () => 'This is neither a .zip nor a .tar.gz.'),
  invalidArchive: define<{ archive: string; reason: string }>(
    'INVALID_ARCHIVE',
    ({ archive, reason }) => `${archive} cannot be imported: ${reason}.`,
  ),
  archiveTooLarge: define<{ megabytes: number }>(
    'ARCHIVE_TOO_LARGE',
    ({ megabytes }) => `The archive is larger than the limit of ${megabytes} MB.`,
  ),
  archiveTooManyEntries: define<{ entries: number }>(
    'ARCHIVE_TOO_MANY_ENTRIES',
    ({ entries }) => `The archive has more than the limit of ${entries} entries.`,
  ),
  archiveUnpacksTooLarge: define<{ megabytes: number }>(
    'ARCHIVE_UNPACKS_TOO_LARGE',
    ({ megabytes }) => `The archive unpacks to more than the limit of ${megabytes} MB.`,
  ),
  archivePackedTooTightly: define<{ ratio: number }>(
    'ARCHIVE_PACKED_TOO_TIGHTLY',
    ({ ratio }) => `The archive unpacks to more than ${ratio} times its size, as no archive of images does.`,
  ),
  archivePathLeavesFolder: define<{ path: string }>(
    'ARCHIVE_PATH_LEAVES_FOLDER',
    ({ path }) => `The archive has an entry ${JSON.stringify(path)}, which is no path inside it.`,
  ),
  fileTooLarge: define<{ megabytes: number }>(
    'FILE_TOO_LARGE',
    ({ megabytes }) => `The file is larger than the limit of ${megabytes} MB.`,
  ),
  importFinished: define<{ id: string; status: string }>(
    'IMPORT_FINISHED',
    ({ id, status }) => `The import ${id} has already ended (${status}) and cannot be cancelled.`,
  ),

  // Things that are needed.
  inUse: define<{ what: string; by: string }>(
    'IN_USE',
    ({ what, by }) => `The ${what} is in use by ${by}; cancel that, or wait until it has ended.`,
  ),
  stopping: define<object>('STOPPING', () => 'The service is stopping; try again soon.'),
  notFound: define<{ path: string }>('NOT_FOUND', ({ path }) => `There is nothing at ${path}.`),
  comparisonNotFinished: define<{ id: string }>(
    'IN_USE',
    ({ id }) => `The comparison ${id} has not ended; cancel it first.`,
  ),

  // Things that stop the start.
  invalidSettings: define<{ mistakes: readonly string[] }>(
    'INVALID_SETTINGS',
    ({ mistakes }) => `The settings have mistakes:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
  ),
  invalidModel: define<{ file: string; reason: string }>(
    'INVALID_MODEL',
    ({ file, reason }) => `The model file ${file} cannot be used: ${reason}.`,
  ),
  providerUnavailable: define<{ provider: string; known: readonly string[] }>(
    'PROVIDER_UNAVAILABLE',
    ({ provider, known }) =>
      `ONNX Runtime cannot run on ${provider} here; on this machine it has ${list(known)}. See docs/models.md.`,
  ),
  modelNotFound: define<{ model: string; where: string }>(
    'MODEL_NOT_FOUND',
    ({ model, where }) => `There is no model ${model} at ${where}.`,
  ),
  modelAccessDenied: define<{ model: string }>(
    'MODEL_ACCESS_DENIED',
    ({ model }) =>
      `The hub does not let ${model} be read: set HF_TOKEN to a token of an account that may (some models want their terms accepted first).`,
  ),
  modelIncomplete: define<{ model: string; missing: readonly string[] }>(
    'MODEL_INCOMPLETE',
    ({ model, missing }) => `${model} lacks ${missing.join(', and ')}.`,
  ),
  modelDownloadFailed: define<{ model: string; reason: string }>(
    'MODEL_DOWNLOAD_FAILED',
    ({ model, reason }) =>
      `The download of ${model} broke off (${reason}). What has come is kept: the same command goes on from there.`,
  ),
  modelChecksum: define<{ file: string }>(
    'MODEL_CHECKSUM',
    ({ file }) =>
      `${file} is not what the hub says it should be: its checksum differs. It was deleted; try again.`,
  ),
  modelDiskFull: define<{ folder: string; needed: number; free: number }>(
    'MODEL_DISK_FULL',
    ({ folder, needed, free }) =>
      `The model needs ${megabytes(needed)} in ${folder}, where ${megabytes(free)} are free.`,
  ),
  modelExists: define<{ id: string; folder: string }>(
    'MODEL_EXISTS',
    ({ id, folder }) =>
      `There is an encoder ${id} already, in ${folder}; remove it first, or give another --id.`,
  ),
  modelNotRemovable: define<{ id: string; folder: string }>(
    'MODEL_NOT_REMOVABLE',
    ({ id, folder }) => `The encoder ${id} was not added by Shotboard; it is in ${folder}.`,
  ),
  invalidAdapter: define<{ file: string; model: string; reason: string }>(
    'INVALID_ADAPTER',
    ({ file, model, reason }) => `The adapter ${file} cannot be attached to ${model}: ${reason}.`,
  ),
  invalidAdapterFile: define<{ file: string; reason: string }>(
    'INVALID_ADAPTER',
    ({ file, reason }) => `The adapter ${file} cannot be used: ${reason}`,
  ),
  invalidPlugin: define<{ plugin: string; reason: string }>(
    'INVALID_PLUGIN',
    ({ plugin, reason }) => `The plugin ${plugin} cannot be used: ${reason}.`,
  ),
  portInUse: define<{ host: string; port: number }>(
    'PORT_IN_USE',
    ({ host, port }) => `Port ${port} on ${host} is in use; set PORT to another one.`,
  ),
  dataFolderInUse: define<{ folder: string; holder: FolderHolder | undefined }>(
    'DATA_FOLDER_IN_USE',
    ({ folder, holder }) => {
      if (!holder) return `${folder} is in use by another process.`
      const { url, command, pid, host, since } = holder
      const who = url === undefined ? `"${command}"` : `the service at ${url}`
      const instead = url === undefined ? 'wait for it or stop it' : 'stop it, or work through it with --url'
      return `${folder} is in use by ${who} (process ${pid} on ${host}, since ${since}); ${instead}.`
    },
  ),
  openToAll: define<{ host: string }>(
    'OPEN_TO_ALL',
    ({ host }) =>
      `Listening on ${host} without keys, everybody who reaches this machine could read, change and delete everything. Set SHOTBOARD_API_KEYS (npx shotboard key makes one); or, where that is meant, SHOTBOARD_ALLOW_OPEN=on as well.`,
  ),
  databaseUnavailable: define<{ reason: string }>(
    'DATABASE_UNAVAILABLE',
    ({ reason }) => `The database cannot be used: ${reason}.`,
  ),

  // Disks and databases that fail. What failed may be asked for again when they are well.
  diskFull: define<{ what: string }>(
    'DISK_FULL',
    ({ what }) => `The disk is full: there is no room for ${what}.`,
  ),
  storageFailed: define<{ doing: 'writing' | 'reading'; what: string; reason: string }>(
    'STORAGE_FAILED',
    ({ doing, what, reason }) => `There is no ${doing} ${what}: ${reason}.`,
  ),

  // Files.
  invalidFolder: define<{ path: string; reason: string }>(
    'INVALID_FOLDER',
    ({ path, reason }) => `${path} cannot be imported: ${reason}.`,
  ),
  invalidExperiment: define<{ file: string; reason: string }>(
    'INVALID_EXPERIMENT',
    ({ file, reason }) => `${file} is not a usable experiment: ${reason}.`,
  ),
  invalidTensor: define<{ tensor: string; reason: string }>(
    'INVALID_TENSOR',
    ({ tensor, reason }) => `Tensor ${tensor}: ${reason}.`,
  ),
  invalidTensorFile: define<{ file: string; reason: string }>(
    'INVALID_TENSOR_FILE',
    ({ file, reason }) => `${file} is not a usable safetensors file: ${reason}.`,
  ),

  // Training.
  adapterExists: define<{ name: string; encoder: string }>(
    'ADAPTER_EXISTS',
    ({ name, encoder }) => `The encoder ${encoder} has an adapter named "${name}" already, or in training.`,
  ),
  trainingFinished: define<{ id: string; status: string }>(
    'TRAINING_FINISHED',
    ({ id, status }) => `The training ${id} has already ended (${status}) and cannot be cancelled.`,
  ),
  cannotDifferentiate: define<{ reason: string }>(
    'CANNOT_DIFFERENTIATE',
    ({ reason }) => `The encoder's graph cannot be differentiated: ${reason}.`,
  ),
  imageSizeFixed: define<{ size: number; reason: string }>(
    'IMAGE_SIZE_FIXED',
    ({ size, reason }) => `The encoder cannot be made to take images of ${size} pixels: ${reason}.`,
  ),
  trainingImages: define<{ reason: string }>(
    'TRAINING_IMAGES',
    ({ reason }) => `There is not enough to train on: ${reason}.`,
  ),
  trainingDiverged: define<{ step: number; loss: number }>(
    'TRAINING_DIVERGED',
    ({ step, loss }) =>
      `Training was stopped at step ${step}, whose loss (${loss}) or gradient is not a finite number; the last good checkpoint is kept. A lower rate may help.`,
  ),
  internal: define<object>(
    'INTERNAL_SERVER_ERROR',
    () => 'Something went wrong inside Shotboard; its log says what.',
  ),
  cancelled: define<object>('CANCELLED', () => 'The work was cancelled.'),
} as const

/** What the system or a library calls what it threw, such as ENOENT; undefined where it has no name for it. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

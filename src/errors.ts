/**
 * An error that Shotboard raises on purpose; `errors` below lists them all. `code` is stable: clients may rely on it.
 * `argument` is the path of the argument at fault, such as `input.images[2]`. GraphQL sends both in `extensions`.
 */
export class ShotboardError extends Error {
  override readonly name = 'ShotboardError'
  readonly code: string
  readonly argument: string | undefined
  /** Sent by GraphQL next to the message. */
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, argument?: string) {
    super(message)
    this.code = code
    this.argument = argument
    this.extensions = argument === undefined ? { code } : { code, argument }
  }

  /** The same error with `path` put before its argument: `at('images[2]')` turns `id` into `images[2].id`. */
  at(path: string): ShotboardError {
    const argument = this.argument === undefined ? path : `${path}.${this.argument}`
    return new ShotboardError(this.code, this.message, argument)
  }
}

/** Makes an error of its parameters. It has the error's code. */
interface Definition<P> {
  (parameters: P, argument?: string): ShotboardError
  readonly code: string
}

function define<P>(code: string, message: (parameters: P) => string): Definition<P> {
  const raise = (parameters: P, argument?: string): ShotboardError =>
    new ShotboardError(code, message(parameters), argument)
  return Object.assign(raise, { code })
}

/** The process that has locked a data folder or a database. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
  readonly command: string
  readonly url?: string | undefined
}

/** Names that an error lists. A dataset may have 100,000 classes. */
const maxListed = 100

function list(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const more = names.length - maxListed
  return names.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more.toLocaleString('en')} more` : '')
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

export const errors = {
  // Not found.
  unknownDataset: define<{ id: string }>('UNKNOWN_DATASET', ({ id }) => `Dataset ${id} not found.`),
  unknownSupportSet: define<{ id: string }>(
    'UNKNOWN_SUPPORT_SET',
    ({ id }) => `Support set ${id} not found.`,
  ),
  unknownRun: define<{ id: string }>('UNKNOWN_RUN', ({ id }) => `Run ${id} not found.`),
  unknownComparison: define<{ id: string }>('UNKNOWN_COMPARISON', ({ id }) => `Comparison ${id} not found.`),
  unknownClassifier: define<{ name: string; known: readonly string[] }>(
    'UNKNOWN_CLASSIFIER',
    ({ name, known }) => `Classifier "${name}" not found. Known classifiers: ${list(known)}.`,
  ),
  unknownClassifierVersion: define<{ name: string; version: number; known: readonly number[] }>(
    'UNKNOWN_CLASSIFIER_VERSION',
    ({ name, version, known }) =>
      `Classifier "${name}" has no version ${version}. Its versions: ${list(known.map(String))}.`,
  ),
  unknownChange: define<{ id: string }>(
    'UNKNOWN_CHANGE',
    ({ id }) => `Change ${id} not found. A change can be undone for 7 days.`,
  ),
  unknownImport: define<{ id: string }>('UNKNOWN_IMPORT', ({ id }) => `Import ${id} not found.`),
  unknownClassification: define<{ id: string }>(
    'UNKNOWN_CLASSIFICATION',
    ({ id }) => `Classification ${id} not found.`,
  ),
  unknownClassifierJob: define<{ id: string }>(
    'UNKNOWN_CLASSIFIER_JOB',
    ({ id }) => `Classifier job ${id} not found.`,
  ),
  unknownPart: define<{ id: string; number: number }>(
    'UNKNOWN_PART',
    ({ id, number }) => `Classification ${id} has no part ${number} that is done.`,
  ),
  partUnreadable: define<{ id: string; number: number }>(
    'PART_UNREADABLE',
    ({ id, number }) =>
      `The file of part ${number} of classification ${id} is gone. Classify the dataset again.`,
  ),
  unknownTraining: define<{ id: string }>('UNKNOWN_TRAINING', ({ id }) => `Training ${id} not found.`),
  unknownAdapter: define<{ name: string; encoder: string; known: readonly string[] }>(
    'UNKNOWN_ADAPTER',
    ({ name, encoder, known }) =>
      `Encoder ${encoder} has no added adapter "${name}". Added adapters: ${list(known)}.`,
  ),
  unknownImage: define<{ id: string }>('UNKNOWN_IMAGE', ({ id }) => `Image ${id} not found.`),
  notInDataset: define<{ id: string }>('UNKNOWN_IMAGE', ({ id }) => `The dataset has no image ${id}.`),
  unknownEncoder: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_ENCODER',
    ({ id, known }) => `Encoder ${id} not found. Known encoders: ${list(known)}.`,
  ),
  unknownMethod: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_METHOD',
    ({ id, known }) => `Method ${id} not found. Known methods: ${list(known)}.`,
  ),
  unknownSpace: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_SPACE',
    ({ id, known }) => `Feature space ${id} not found. Known spaces: ${list(known)}.`,
  ),
  unknownClass: define<{ name: string; known: readonly string[] }>(
    'UNKNOWN_CLASS',
    ({ name, known }) => `The dataset has no class "${name}". Its classes: ${list(known)}.`,
  ),
  unknownHyperparameter: define<{ name: string; method: string; known: readonly string[] }>(
    'UNKNOWN_HYPERPARAMETER',
    ({ name, method, known }) =>
      `${method} has no hyperparameter "${name}". Its hyperparameters: ${list(known)}.`,
  ),
  unknownBaseline: define<{ id: string; known: readonly string[] }>(
    'UNKNOWN_BASELINE',
    ({ id, known }) => `The comparison has no method ${id} to use as baseline. Its methods: ${list(known)}.`,
  ),

  // Invalid values.
  invalidValue: define<{ reason: string }>('INVALID_VALUE', ({ reason }) => reason),
  emptyList: define<{ what: string }>('EMPTY_LIST', ({ what }) => `Give at least one ${what}.`),
  duplicateEntry: define<{ what: string; name: string }>(
    'DUPLICATE_ENTRY',
    ({ what, name }) => `Duplicate ${what} "${name}". Give it once.`,
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
      `${name} of ${method} must be from ${min} to ${max}, not ${value}.`,
  ),
  hyperparameterNotWhole: define<{ name: string; method: string; value: number }>(
    'HYPERPARAMETER_OUT_OF_RANGE',
    ({ name, method, value }) => `${name} of ${method} must be a whole number, not ${value}.`,
  ),
  spaceNotOfMethod: define<{ method: string; space: string; spaces: readonly string[] }>(
    'SPACE_NOT_APPLICABLE',
    ({ method, space, spaces }) => `${method} cannot be used in ${space}, only in ${list(spaces)}.`,
  ),
  spaceNotApplicable: define<{ method: string }>(
    'SPACE_NOT_APPLICABLE',
    ({ method }) =>
      `${method} does not compare images with images, so it takes no feature space. Leave the space out.`,
  ),
  spaceNotAvailable: define<{ space: string; encoder?: string | undefined }>(
    'SPACE_NOT_AVAILABLE',
    ({ space, encoder }) =>
      encoder === undefined
        ? `There are no features for space ${space}.`
        : `Encoder ${encoder} has no features for space ${space}: it has no such adapter.`,
  ),
  genericRequired: define<{ space: string; leftOut?: readonly string[] }>(
    'GENERIC_REQUIRED',
    ({ space, leftOut = [] }) =>
      `Space ${space} needs other labelled images of the same encoder.${leftOut.length === 0 ? '' : ` ${leftOut.join(' and ')} cannot serve: ${leftOut.length === 1 ? 'it has' : 'they have'} some of the very images that are measured.`} Import another dataset, run \`npx shotboard encoders fit-generic\`, or give --generic to \`evaluate\`.`,
  ),
  invalidGeneric: define<{ source: string; reason: string }>(
    'INVALID_GENERIC',
    ({ source, reason }) => `${source} cannot be a source of a generic covariance: ${reason}.`,
  ),
  textRequired: define<{ method: string; term: string }>(
    'TEXT_FEATURES_REQUIRED',
    ({ method, term }) =>
      `${method} needs text features for ${term}, but none were given. Add them, or evaluate the cache alone with --cache-only.`,
  ),
  promptsRequired: define<{ method: string }>(
    'PROMPTS_REQUIRED',
    ({ method }) =>
      `${method} needs the text features of every prompt, but none were given. Add prompt_features and prompt_labels.`,
  ),
  patchesRequired: define<{ method: string }>(
    'PATCHES_REQUIRED',
    ({ method }) =>
      `${method} needs the features of the patches of images, but there are none. Add test_patches, support_K_patches and, with validation images, val_patches.`,
  ),
  patchesNotEncoded: define<{ method: string; encoder: string }>(
    'PATCHES_REQUIRED',
    ({ method, encoder }) =>
      `${method} needs the features of the patches of images, and the graph of encoder ${encoder} gives none. Choose another encoder (docs/models.md), or encode the patches yourself, and use \`shotboard evaluate\`.`,
  ),
  tooManyPatches: define<{ encoder: string; images: number; most: number }>(
    'TOO_MANY_PATCHES',
    ({ encoder, images, most }) =>
      `The features of the patches of ${images} images would take more than 1 GiB of memory with encoder ${encoder}. It has room for those of ${most} images. Take a smaller dataset, or an encoder with larger patches.`,
  ),
  textsNotInSpace: define<{ method: string; space: string }>(
    'TEXTS_NOT_IN_SPACE',
    ({ method, space }) =>
      `${method} compares images with texts, and the space ${space} does not project texts. Choose another space.`,
  ),
  datasetDiffers: define<{ name: string }>(
    'DATASET_DIFFERS',
    ({ name }) =>
      `Dataset "${name}" is not the dataset of the experiment: the fingerprints differ. To compare anyway, remove the fingerprint from the file.`,
  ),
  datasetExists: define<{ name: string }>(
    'DATASET_EXISTS',
    ({ name }) => `A dataset named "${name}" already exists. Choose another name.`,
  ),

  classExists: define<{ name: string }>(
    'CLASS_EXISTS',
    ({ name }) => `The dataset already has a class "${name}". Choose another name, or merge the two classes.`,
  ),
  hasResults: define<{ what: string; by: string }>(
    'HAS_RESULTS',
    ({ what, by }) =>
      `The classes of ${what} cannot be renumbered: ${by} refers to them by number. Delete it first, or import the images as another dataset.`,
  ),
  cannotUndo: define<{ reason: string }>(
    'CANNOT_UNDO',
    ({ reason }) => `The change cannot be undone: ${reason}.`,
  ),
  supportSetOutdated: define<{ supportSet: string; className: string }>(
    'CONTENTS_CHANGED',
    ({ supportSet, className }) =>
      `Support set ${supportSet} has no image of class "${className}", which was added after it was drawn. Draw another one.`,
  ),

  // Images.
  imageSourceAmbiguous: define<{ given: readonly string[] }>('IMAGE_SOURCE_AMBIGUOUS', ({ given }) =>
    given.length === 0
      ? 'Give the image as exactly one of id, base64 and upload; none was given.'
      : `Give the image as exactly one of id, base64 and upload; ${list(given)} were given.`,
  ),
  imageChanged: define<{ id: string }>(
    'IMAGE_CHANGED',
    ({ id }) =>
      `The stored file of image ${id} has changed: it no longer has this SHA-256. Restore it from a backup, or delete its datasets.`,
  ),
  invalidBase64: define<object>('INVALID_BASE64', () => 'The image is not valid base64.'),
  invalidImage: define<{ reason: string }>(
    'INVALID_IMAGE',
    ({ reason }) => `The file cannot be read as an image: ${asClause(reason)}.`,
  ),
  imageTooLarge: define<{ width: number; height: number; megapixels: number }>(
    'IMAGE_TOO_LARGE',
    ({ width, height, megapixels }) =>
      `The image has ${width} × ${height} pixels; the limit is ${megapixels} megapixels.`,
  ),
  imageTooMuchWork: define<{ reason: string }>(
    'IMAGE_TOO_LARGE',
    ({ reason }) => `The image ${reason}, which is too much work for an image.`,
  ),
  imageTooSlow: define<{ seconds: number }>(
    'IMAGE_TOO_LARGE',
    ({ seconds }) =>
      `The image takes more than ${seconds} seconds to decode, which is too much work for an image.`,
  ),
  requestTooLarge: define<{ megabytes: number }>(
    'REQUEST_TOO_LARGE',
    ({ megabytes }) => `The request is larger than the limit of ${megabytes} MB.`,
  ),
  fieldTooLarge: define<{ field: string; kilobytes: number }>(
    'REQUEST_TOO_LARGE',
    ({ field, kilobytes }) =>
      `The field "${field}" of a multipart request may have at most ${kilobytes} kB. Send images as files.`,
  ),
  lengthRequired: define<object>(
    'LENGTH_REQUIRED',
    () => 'A multipart request needs a Content-Length header.',
  ),

  // Limits. Each has a setting (docs/configuration.md).
  tooManyRuns: define<{ max: number; count: number }>(
    'TOO_MANY_RUNS',
    ({ max, count }) => `A comparison may have at most ${max} runs; this one has ${count}.`,
  ),
  pageTooLarge: define<{ max: number; first: number }>(
    'PAGE_TOO_LARGE',
    ({ max, first }) => `A page may have at most ${max} entries, not ${first}.`,
  ),
  pageRequired: define<{ max: number; count: number }>(
    'PAGE_REQUIRED',
    ({ max, count }) =>
      `The list has ${count} entries, and an answer may have at most ${max} of them: ask for pages with \`first\`.`,
  ),
  tooManyFiles: define<{ max: number }>(
    'TOO_MANY_FILES',
    ({ max }) => `A multipart request may have at most ${max} files.`,
  ),
  tooManyImages: define<{ max: number; count: number }>(
    'TOO_MANY_IMAGES',
    ({ max, count }) => `A request may have at most ${max} images, not ${count}.`,
  ),
  searchTooLong: define<{ method: string; shapes: number; images: number; seconds: number; max: number }>(
    'SEARCH_TOO_LONG',
    ({ method, shapes, images, seconds, max }) =>
      `Searching the hyperparameters of ${method} (${shapes.toLocaleString('en')} combinations of shapes on ${images.toLocaleString('en')} images) would take about ${Math.ceil(seconds)} s; the limit is ${max} s. Give its hyperparameters, take the search HALVING or the selection NONE, or allow a long search.`,
  ),
  tooManyComparisons: define<{ max: number }>(
    'TOO_MANY_COMPARISONS',
    ({ max }) => `At most ${max} comparisons may wait or run at the same time. Try again when one has ended.`,
  ),
  queryTooLong: define<{ max: number }>(
    'QUERY_TOO_LONG',
    ({ max }) => `A GraphQL document may have at most ${max} tokens. Send long lists as variables.`,
  ),
  queryTooDeep: define<{ max: number }>(
    'QUERY_TOO_DEEP',
    ({ max }) => `A query may be at most ${max} fields deep.`,
  ),
  queryNestedTooDeep: define<{ max: number }>(
    'QUERY_TOO_DEEP',
    ({ max }) => `The brackets of a query may be nested at most ${max} deep.`,
  ),
  queryTooCostly: define<{ max: number; cost: number | undefined }>(
    'QUERY_TOO_COSTLY',
    ({ max, cost }) =>
      `The query costs ${cost ?? 'too much'}; the limit is ${max}. The cost counts the fields, and those in lists once per possible entry. Ask for fewer fields or smaller pages.`,
  ),

  answerTooLarge: define<{ megabytes: number }>(
    'ANSWER_TOO_LARGE',
    ({ megabytes }) =>
      `The answer would be larger than the limit of ${megabytes} MB. Ask for fewer fields or smaller pages.`,
  ),
  operationTimedOut: define<{ seconds: number }>(
    'OPERATION_TIMED_OUT',
    ({ seconds }) =>
      `The operation took longer than the limit of ${seconds} s and was stopped. Ask for less at once.`,
  ),
  overloaded: define<object>('OVERLOADED', () => 'The service is busy with other requests. Try again soon.'),
  tooManyOperations: define<{ max: number }>(
    'TOO_MANY_OPERATIONS',
    ({ max }) => `A connection may run at most ${max} operations at the same time.`,
  ),
  tooManyOperationsOfClient: define<{ max: number; megabytes: number }>(
    'TOO_MANY_OPERATIONS',
    ({ max, megabytes }) =>
      `A client may have at most ${max} operations that run or wait, with requests of ${megabytes} MB together. Try again when others have ended.`,
  ),

  // Access.
  unauthenticated: define<object>(
    'UNAUTHENTICATED',
    () => 'An API key is required. Send it in the header "Authorization: Bearer KEY".',
  ),
  forbidden: define<object>('FORBIDDEN', () => 'This key is read-only: it may not run mutations.'),
  forgedRequest: define<object>(
    'BAD_REQUEST',
    () =>
      'Pages of other origins may not send this request. Other clients must send the header apollo-require-preflight.',
  ),
  hostNotAllowed: define<{ host: string }>(
    'HOST_NOT_ALLOWED',
    ({ host }) => `Host not allowed: ${host}. Add it to SHOTBOARD_ALLOWED_HOSTS if it is yours.`,
  ),

  // Datasets that do not fit the request.
  notEnoughImages: define<{ className: string; has: number; shots: number }>(
    'NOT_ENOUGH_IMAGES',
    ({ className, has, shots }) =>
      `Class "${className}" has ${has} image${has === 1 ? '' : 's'} in the support pool, but ${shots} shot${shots === 1 ? ' was' : 's were'} requested.`,
  ),
  classWithoutImages: define<{ className: string }>(
    'CLASS_WITHOUT_IMAGES',
    ({ className }) => `Class "${className}" has no images in the support pool.`,
  ),
  classOfOneImage: define<{ className: string }>(
    'CLASS_OF_ONE_IMAGE',
    ({ className }) => `Class "${className}" has one image.`,
  ),
  classNotListed: define<{ className: string }>(
    'CLASS_WITHOUT_IMAGES',
    ({ className }) =>
      `The list has no image of class "${className}". A support set needs one of every class.`,
  ),
  noValidationSplit: define<{ dataset?: string }>(
    'NO_VALIDATION_SPLIT',
    ({ dataset }) =>
      `${dataset === undefined ? 'The data' : `Dataset "${dataset}"`} has no validation split to select on. Use LEAVE_ONE_OUT to select on the support set, or NONE to use the defaults.`,
  ),
  noTestSplit: define<{ dataset: string }>(
    'NO_TEST_SPLIT',
    ({ dataset }) => `Dataset "${dataset}" has no test images. Add some to measure accuracy.`,
  ),
  tooFewTestImages: define<{ dataset: string }>(
    'TOO_FEW_TEST_IMAGES',
    ({ dataset }) =>
      `Dataset "${dataset}" has one test image, which cannot say how sure a result is. Add at least one more.`,
  ),
  sharedClass: define<{ dataset: string; className: string }>(
    'SHARED_CLASS',
    ({ dataset, className }) =>
      `Dataset "${dataset}" has the class "${className}" too. Images of no class need a dataset without it.`,
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
  supportImageGone: define<{ supportSet: string; image: string }>(
    'CONTENTS_CHANGED',
    ({ supportSet, image }) =>
      `Support set ${supportSet} has image ${image}, which was removed and is no longer kept. Draw another one.`,
  ),
  contentsChanged: define<object>(
    'CONTENTS_CHANGED',
    () =>
      'The dataset, its prompts or the encoder changed after the comparison was requested. Request it again.',
  ),
  otherProcessor: define<{ wanted: string; own: string }>(
    'OTHER_PROCESSOR',
    ({ wanted, own }) =>
      `The features that belong together are made by a processor of the kind ${wanted}; this machine is of the kind ${own}.`,
  ),
  noWorker: define<{ processor: string | null; kinds: readonly string[] }>(
    'NO_WORKER',
    ({ processor, kinds }) =>
      `It waits for a worker for ${kinds.join(' and ')}${processor === null ? '' : ` with a processor of the kind ${processor}, which its features come from`}. Start one, or cancel it and compare again.`,
  ),
  codeChanged: define<{ method: string; space: string | null }>(
    'CONTENTS_CHANGED',
    ({ method, space }) =>
      `The code of ${method}${space === null ? '' : ` or of the space ${space}`}, or Shotboard, changed after the comparison was requested. Request it again.`,
  ),
  comparisonFinished: define<{ id: string; status: string }>(
    'COMPARISON_FINISHED',
    ({ id, status }) => `Comparison ${id} has already ended (${status}), so it cannot be cancelled.`,
  ),

  // Classifiers.
  classifierExists: define<{ name: string }>(
    'CLASSIFIER_EXISTS',
    ({ name }) =>
      `A classifier named "${name}" already exists. Choose another name, or make a new version of it with updateClassifier.`,
  ),
  classifierNeeds: define<{ name: string; version: number; what: string }>(
    'CLASSIFIER_NOT_USABLE',
    ({ name, version, what }) =>
      `Classifier "${name}" (version ${version}) cannot answer: it needs ${what}. Bring that back, use an earlier version, or make a new one.`,
  ),
  classifierFile: define<{ name: string; version: number; reason: string }>(
    'CLASSIFIER_UNREADABLE',
    ({ name, version, reason }) =>
      `The file of classifier "${name}" (version ${version}) cannot be read: ${reason}. Restore it from a backup, or make a new version.`,
  ),
  exportNotPossible: define<{ what: string; reason: string }>(
    'EXPORT_NOT_POSSIBLE',
    ({ what, reason }) => `The ${what} cannot be exported: ${reason}.`,
  ),
  comparisonRunning: define<{ id: string; status: string }>(
    'COMPARISON_NOT_FINISHED',
    ({ id, status }) => `Comparison ${id} has not finished (${status}). Wait until it has.`,
  ),
  unknownRow: define<{ row: string; known: readonly string[] }>(
    'UNKNOWN_ROW',
    ({ row, known }) => `The comparison has no finished row of ${row}. It has ${list(known)}.`,
  ),
  severalRows: define<{ what: string; known: readonly string[] }>(
    'INVALID_VALUE',
    ({ what, known }) => `The comparison has several ${what}. Choose one of ${list(known)}.`,
  ),

  // Imports.
  unsupportedArchive: define<{ packedWith?: string | undefined }>('UNSUPPORTED_ARCHIVE', ({ packedWith }) =>
    packedWith === undefined
      ? 'The archive must be a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz file.'
      : `The archive is packed with ${packedWith}, which is not supported. Unpack it and pack the folder again as .zip, .tar or .tar.gz.`,
  ),
  invalidArchive: define<{ archive: string; reason: string }>(
    'INVALID_ARCHIVE',
    ({ archive, reason }) => `${archive} cannot be imported: ${asClause(reason)}.`,
  ),
  entryNamesGuessed: define<{ names: number; encoding: string; first: string }>(
    'ENTRY_NAMES_GUESSED',
    ({ names, encoding, first }) =>
      `The archive does not say how ${names === 1 ? 'the name of an entry is' : `the names of ${names} entries are`} written; ${names === 1 ? 'it was' : 'they were'} read as ${encoding}, such as "${first}". If that is wrong, pack the archive again with names in UTF-8.`,
  ),
  archiveHasMore: define<{ packing: string }>(
    'ARCHIVE_HAS_MORE',
    ({ packing }) =>
      `Something follows the end of the ${packing} data in the archive's file. It was left out; all that comes before it was read and checked.`,
  ),
  archiveTooLarge: define<{ megabytes: number }>(
    'ARCHIVE_TOO_LARGE',
    ({ megabytes }) => `The archive is larger than the limit of ${megabytes} MB.`,
  ),
  archiveTooManyEntries: define<{ entries: number }>(
    'ARCHIVE_TOO_MANY_ENTRIES',
    ({ entries }) => `The archive has more entries than the limit of ${entries}.`,
  ),
  archiveUnpacksTooLarge: define<{ megabytes: number }>(
    'ARCHIVE_UNPACKS_TOO_LARGE',
    ({ megabytes }) => `The archive unpacks to more than the limit of ${megabytes} MB.`,
  ),
  archivePackedTooTightly: define<{ ratio: number }>(
    'ARCHIVE_PACKED_TOO_TIGHTLY',
    ({ ratio }) =>
      `The archive unpacks to more than ${ratio} times its size. Archives of images do not compress that far, so it is refused.`,
  ),
  archivePathLeavesFolder: define<{ path: string }>(
    'ARCHIVE_PATH_LEAVES_FOLDER',
    ({ path }) => `The archive has the entry ${JSON.stringify(path)}, which leads outside the archive.`,
  ),
  datasetNotFound: define<{ dataset: string; where: string }>(
    'HUB_DATASET_NOT_FOUND',
    ({ dataset, where }) => `Dataset ${dataset} not found at ${where}.`,
  ),
  datasetAccessDenied: define<{ dataset: string }>(
    'HUB_DATASET_ACCESS_DENIED',
    ({ dataset }) =>
      `The hub denies access to ${dataset}, or it does not exist. Set HF_TOKEN to the token of an account with access. For some datasets the account must first accept their terms.`,
  ),
  datasetDownloadFailed: define<{ dataset: string; reason: string }>(
    'HUB_DATASET_DOWNLOAD_FAILED',
    ({ dataset, reason }) => `The download of ${dataset} failed (${reason}). Try again to resume it.`,
  ),
  datasetChecksum: define<{ file: string }>(
    'HUB_DATASET_CHECKSUM',
    ({ file }) => `${file} does not match the checksum of the hub, so it was deleted. Try again.`,
  ),
  datasetDiskFull: define<{ folder: string; needed: number; free: number }>(
    'HUB_DATASET_DISK_FULL',
    ({ folder, needed, free }) =>
      `The dataset needs ${megabytes(needed)} in ${folder}, but only ${megabytes(free)} are free.`,
  ),
  datasetTooLarge: define<{ dataset: string; needed: number; megabytes: number }>(
    'HUB_DATASET_TOO_LARGE',
    ({ dataset, needed, megabytes: limit }) =>
      `${dataset} has ${megabytes(needed)}; the limit is ${limit} MB. Choose fewer splits, or raise SHOTBOARD_MAX_ARCHIVE_EXPANDED_MB.`,
  ),
  datasetUnusable: define<{ dataset: string; reason: string }>(
    'HUB_DATASET_UNUSABLE',
    ({ dataset, reason }) => `${dataset} cannot be imported: ${reason}.`,
  ),
  invalidParquet: define<{ file: string; reason: string }>(
    'INVALID_PARQUET',
    ({ file, reason }) => `The parquet file ${file} cannot be imported: ${reason}.`,
  ),
  fileTooLarge: define<{ megabytes: number }>(
    'FILE_TOO_LARGE',
    ({ megabytes }) => `The file is larger than the limit of ${megabytes} MB.`,
  ),
  fileNotImported: define<{ reason: string }>(
    'FILE_NOT_IMPORTED',
    ({ reason }) => `The file is not imported: ${reason}.`,
  ),
  imageWithoutLabel: define<{ reason: string }>(
    'IMAGE_WITHOUT_LABEL',
    ({ reason }) => `The image has no label: ${reason}.`,
  ),
  invalidLabels: define<{ file: string; reason: string }>(
    'INVALID_LABELS',
    ({ file, reason }) => `The file of labels ${file} cannot be used: ${reason}.`,
  ),
  labelledFilesMissing: define<{ files: number; first: readonly string[] }>(
    'LABELLED_FILES_MISSING',
    ({ files, first }) =>
      `It names ${files} file${files === 1 ? '' : 's'} that ${files === 1 ? 'is' : 'are'} not there: ${first.join(', ')}${files > first.length ? ', …' : ''}. The others are used.`,
  ),
  severalLabels: define<{ labels: readonly string[] }>(
    'LABEL_CONFLICT',
    ({ labels }) => `The image is labelled as "${labels.join('" and as "')}". Choose one of the two.`,
  ),
  similarClassNames: define<{ names: readonly string[] }>(
    'SIMILAR_CLASS_NAMES',
    ({ names }) =>
      `The names of the classes "${names.join('", "')}" differ only by upper and lower case. If they are one class, give their folders or labels one name.`,
  ),
  onlyOneClass: define<{ className: string }>(
    'ONLY_ONE_CLASS',
    ({ className }) =>
      `All images are of one class, "${className}". Telling classes apart needs two or more: put the images of each in a folder named after it.`,
  ),
  foldersInSeveralClasses: define<{ folders: readonly string[] }>(
    'FOLDERS_IN_SEVERAL_CLASSES',
    ({ folders }) =>
      `Several classes have the same folders inside: ${folders.slice(0, 5).join(', ')}${folders.length > 5 ? ', …' : ''}. If those are the classes, import with --class-from parent (classFrom: PARENT).`,
  ),
  severalSplits: define<{ splits: readonly string[] }>(
    'SPLIT_CONFLICT',
    ({ splits }) => `The image is in ${splits.join(' and in ')}. Choose one of the two.`,
  ),
  imagesInOtherSplit: define<{ files: number; first: readonly string[] }>(
    'SPLIT_CONFLICT',
    ({ files, first }) =>
      `${files} file${files === 1 ? ' holds an image' : 's hold images'} that the dataset has in another split: ${first.join(', ')}${files > first.length ? ', …' : ''}. An image stays in the split in which it came first, so none is both learned from and tested on.`,
  ),
  labelConflict: define<{ className: string; other: string }>(
    'LABEL_CONFLICT',
    ({ className, other }) =>
      `The dataset has the same image as class "${other}", so it is not added as class "${className}". Choose one of the two.`,
  ),
  promptCut: define<{ className: string; prompt: string; encoder: string }>(
    'PROMPT_CUT',
    ({ className, prompt, encoder }) =>
      `Encoder ${encoder} cuts the prompt "${prompt}" of class "${className}", so that its end does not count. Give the class a shorter prompt.`,
  ),
  unusedPrompts: define<{ names: readonly string[] }>(
    'UNUSED_PROMPTS',
    ({ names }) =>
      `The file of prompts also has sentences of ${list(names)}, which ${names.length === 1 ? 'is no class' : 'are no classes'} of the dataset. They are not used.`,
  ),
  nearDuplicates: define<{ pairs: number; encoder: string }>(
    'NEAR_DUPLICATES',
    ({ pairs, encoder }) =>
      `${pairs} pair${pairs === 1 ? '' : 's'} of images in different splits look${pairs === 1 ? 's' : ''} the same to encoder ${encoder}: what is tested was seen before. The query featureProblems shows them.`,
  ),
  classUnreadable: define<{ className: string; files: number; first: string }>(
    'CLASS_UNREADABLE',
    ({ className, files, first }) =>
      `None of the ${files} file${files === 1 ? '' : 's'} of class "${className}" could be read. The first: ${first}`,
  ),
  nothingImported: define<{ files: number; first: string }>(
    'NOTHING_IMPORTED',
    ({ files, first }) => `None of the ${files} files could be imported. The first: ${first}`,
  ),
  importFinished: define<{ id: string; status: string }>(
    'IMPORT_FINISHED',
    ({ id, status }) => `Import ${id} has already ended (${status}), so it cannot be cancelled.`,
  ),

  // Jobs.
  jobEndedProcess: define<{ times: number }>(
    'JOB_ENDED_PROCESS',
    ({ times }) =>
      `The process ended without warning ${times} times while this work ran, so it was not started again. What it had finished is kept. The log or the system says why the process ended: a crash, too little memory, or a kill.`,
  ),

  // In use, or not available now.
  inUse: define<{ what: string; by: string }>(
    'IN_USE',
    ({ what, by }) => `The ${what} is in use by ${by}. Cancel that, or wait until it has ended.`,
  ),
  stopping: define<object>('STOPPING', () => 'The service is shutting down. Try again soon.'),
  notFound: define<{ path: string }>('NOT_FOUND', ({ path }) => `Not found: ${path}.`),
  comparisonNotFinished: define<{ id: string }>(
    'IN_USE',
    ({ id }) => `Comparison ${id} has not ended. Cancel it first.`,
  ),
  classificationNotFinished: define<{ id: string }>(
    'IN_USE',
    ({ id }) => `Classification ${id} has not ended. Cancel it first.`,
  ),
  classifierJobNotFinished: define<{ id: string }>(
    'IN_USE',
    ({ id }) => `Classifier job ${id} has not ended. Cancel it first.`,
  ),
  trainingNotFinished: define<{ id: string }>(
    'IN_USE',
    ({ id }) => `Training ${id} has not ended. Cancel it first.`,
  ),

  // Errors at startup, and with models.
  invalidSettings: define<{ mistakes: readonly string[] }>(
    'INVALID_SETTINGS',
    ({ mistakes }) => `Invalid settings:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
  ),
  invalidModel: define<{ file: string; reason: string }>(
    'INVALID_MODEL',
    ({ file, reason }) => `The model file ${file} cannot be used: ${reason}.`,
  ),
  remoteEncoder: define<{ encoder: string }>(
    'REMOTE_ENCODER',
    ({ encoder }) =>
      `Encoder ${encoder} runs on a server, so its graph is not here: it has no adapters and no patches, and cannot be trained or exported. Export the head alone.`,
  ),
  encoderUnreachable: define<{ encoder: string; model: string; reason: string }>(
    'ENCODER_UNREACHABLE',
    ({ encoder, model, reason }) =>
      `The server of encoder ${encoder} does not answer for the model ${model}: ${reason}.`,
  ),
  remoteEncoderFailed: define<{ encoder: string; model: string; reason: string }>(
    'REMOTE_ENCODER_FAILED',
    ({ encoder, model, reason }) =>
      `The server of encoder ${encoder} cannot run the model ${model}: ${reason}.`,
  ),
  modelChanged: define<{ file: string }>(
    'MODEL_CHANGED',
    ({ file }) =>
      `The model file ${file} has changed since the start. Its features would differ from those that are stored. Start again to use what it holds now.`,
  ),
  providerUnavailable: define<{ provider: string; known: readonly string[] }>(
    'PROVIDER_UNAVAILABLE',
    ({ provider, known }) =>
      `ONNX Runtime cannot run on ${provider} here. On this machine it supports ${list(known)}. See docs/models.md.`,
  ),
  modelNotFound: define<{ model: string; where: string }>(
    'MODEL_NOT_FOUND',
    ({ model, where }) => `Model ${model} not found at ${where}.`,
  ),
  modelAccessDenied: define<{ model: string }>(
    'MODEL_ACCESS_DENIED',
    ({ model }) =>
      `The hub denies access to ${model}. Set HF_TOKEN to the token of an account with access. For some models the account must first accept their terms.`,
  ),
  modelIncomplete: define<{ model: string; missing: readonly string[] }>(
    'MODEL_INCOMPLETE',
    ({ model, missing }) => `${model} is incomplete. Missing: ${missing.join(', and ')}.`,
  ),
  modelDownloadFailed: define<{ model: string; reason: string }>(
    'MODEL_DOWNLOAD_FAILED',
    ({ model, reason }) =>
      `The download of ${model} failed (${reason}). Run the same command again to resume it.`,
  ),
  modelChecksum: define<{ file: string }>(
    'MODEL_CHECKSUM',
    ({ file }) => `${file} does not match the checksum of the hub, so it was deleted. Try again.`,
  ),
  modelDiskFull: define<{ folder: string; needed: number; free: number }>(
    'MODEL_DISK_FULL',
    ({ folder, needed, free }) =>
      `The model needs ${megabytes(needed)} in ${folder}, but only ${megabytes(free)} are free.`,
  ),
  modelExists: define<{ id: string; folder: string }>(
    'MODEL_EXISTS',
    ({ id, folder }) =>
      `Encoder ${id} already exists, in ${folder}. Remove it first, or choose another --id.`,
  ),
  modelNotRemovable: define<{ id: string; folder: string }>(
    'MODEL_NOT_REMOVABLE',
    ({ id, folder }) =>
      `Encoder ${id} was not added by Shotboard, so it cannot be removed by it. Its folder is ${folder}.`,
  ),
  invalidAdapter: define<{ file: string; model: string; reason: string }>(
    'INVALID_ADAPTER',
    ({ file, model, reason }) => `The adapter ${file} does not fit ${model}: ${reason}.`,
  ),
  invalidAdapterFile: define<{ file: string; reason: string }>(
    'INVALID_ADAPTER',
    ({ file, reason }) => `The adapter ${file} cannot be used: ${reason}`,
  ),
  invalidPlugin: define<{ plugin: string; reason: string }>(
    'INVALID_PLUGIN',
    ({ plugin, reason }) => `The plugin ${plugin} cannot be used: ${reason}.`,
  ),
  pluginFailed: define<{ plugin: string | undefined; what: string; reason: string }>(
    'PLUGIN_FAILED',
    ({ plugin, what, reason }) =>
      `${plugin === undefined ? 'The' : `Plugin ${plugin}: the`} ${what} failed: ${reason}`,
  ),
  portInUse: define<{ host: string; port: number }>(
    'PORT_IN_USE',
    ({ host, port }) => `Port ${port} on ${host} is in use. Set PORT to another port.`,
  ),
  dataFolderInUse: define<{ folder: string; holder: Holder | undefined }>(
    'DATA_FOLDER_IN_USE',
    ({ folder, holder }) => {
      if (!holder) return `${folder} is in use by another process.`
      const { url, command, pid, host, since } = holder
      const who = url === undefined ? `"${command}"` : `the service at ${url}`
      const instead =
        url === undefined ? 'Wait for it or stop it' : 'Stop it, or send the work to it with --url'
      return `${folder} is in use by ${who} (process ${pid} on ${host}, since ${since}). ${instead}.`
    },
  ),
  databaseInUse: define<{ database: string; holder: Holder | string | undefined }>(
    'DATABASE_IN_USE',
    ({ database, holder }) => {
      const who =
        typeof holder === 'object'
          ? `"${holder.command}" (process ${holder.pid} on ${holder.host}, since ${holder.since})`
          : (holder ?? 'another process')
      return `The database ${database} is in use by ${who}. Stop it, or use another database.`
    },
  ),
  databaseDiffers: define<{ folder: string; reason: string }>(
    'DATABASE_DIFFERS',
    ({ folder, reason }) =>
      `${folder} and the database do not belong together: ${reason}. Set SHOTBOARD_DATA_DIR and DATABASE_URL to two that were used together, or to two new ones.`,
  ),
  openToAll: define<{ host: string }>(
    'OPEN_TO_ALL',
    ({ host }) =>
      `Refusing to listen on ${host} without API keys: anyone who can reach this machine could read, change and delete everything. Set SHOTBOARD_API_KEYS (make a key with npx shotboard key). If open access is what you want, set SHOTBOARD_ALLOW_OPEN=on.`,
  ),
  databaseUnavailable: define<{ reason: string }>(
    'DATABASE_UNAVAILABLE',
    ({ reason }) => `The database cannot be used: ${reason}.`,
  ),
  sharingIncomplete: define<{ missing: readonly string[] }>(
    'SHARING_INCOMPLETE',
    ({ missing }) =>
      `More than one machine needs a queue, a bucket and Postgres. Missing: ${missing.join(', ')}.`,
  ),
  queueUnavailable: define<{ reason: string }>(
    'QUEUE_UNAVAILABLE',
    ({ reason }) => `The queue cannot be used: ${reason}.`,
  ),
  bucketUnreadable: define<{ bucket: string; reason: string }>(
    'BUCKET_UNREADABLE',
    ({ bucket, reason }) => `The bucket ${bucket} cannot be read: ${reason}.`,
  ),
  bucketEmpty: define<{ bucket: string; prefix: string }>('BUCKET_EMPTY', ({ bucket, prefix }) =>
    prefix === ''
      ? `The bucket ${bucket} has no objects.`
      : `The bucket ${bucket} has no objects whose keys begin with ${prefix}.`,
  ),
  bucketNotAllowed: define<{ bucket: string }>(
    'BUCKET_NOT_ALLOWED',
    ({ bucket }) =>
      `The service may not read this prefix of the bucket ${bucket} there. SHOTBOARD_READ_BUCKETS says which it may.`,
  ),
  objectsUnavailable: define<{ bucket: string; reason: string }>(
    'OBJECTS_UNAVAILABLE',
    ({ bucket, reason }) => `The bucket ${bucket} cannot be used: ${reason}.`,
  ),

  // Disk and database failures. The same request may succeed later.
  diskFull: define<{ what: string }>('DISK_FULL', ({ what }) => `The disk is full: could not write ${what}.`),
  storageFailed: define<{ doing: 'writing' | 'reading'; what: string; reason: string }>(
    'STORAGE_FAILED',
    ({ doing, what, reason }) => `Could not ${doing === 'writing' ? 'write' : 'read'} ${what}: ${reason}.`,
  ),

  // Files.
  folderNotEmpty: define<{ path: string }>(
    'FOLDER_NOT_EMPTY',
    ({ path }) => `${path} is not empty, and nothing is written over. Choose another folder.`,
  ),
  invalidFolder: define<{ path: string; reason: string }>(
    'INVALID_FOLDER',
    ({ path, reason }) => `${path} cannot be used: ${reason}.`,
  ),
  invalidExperiment: define<{ file: string; reason: string }>(
    'INVALID_EXPERIMENT',
    ({ file, reason }) => `${file} is not a valid experiment: ${reason}.`,
  ),
  invalidTensor: define<{ tensor: string; reason: string }>(
    'INVALID_TENSOR',
    ({ tensor, reason }) => `Tensor ${tensor}: ${reason}.`,
  ),
  invalidTensorFile: define<{ file: string; reason: string }>(
    'INVALID_TENSOR_FILE',
    ({ file, reason }) => `${file} is not a valid safetensors file: ${reason}.`,
  ),

  runResultUnreadable: define<{ run: string; reason: string }>(
    'RUN_RESULT_UNREADABLE',
    ({ run, reason }) =>
      `The results of run ${run} cannot be read: ${reason}. Restore the file from a backup, or compare again.`,
  ),

  // Training.
  adapterExists: define<{ name: string; encoder: string }>(
    'ADAPTER_EXISTS',
    ({ name, encoder }) =>
      `Encoder ${encoder} already has an adapter named "${name}", or is training one. Choose another name.`,
  ),
  classificationFinished: define<{ id: string; status: string }>(
    'CLASSIFICATION_FINISHED',
    ({ id, status }) => `Classification ${id} has already ended (${status}).`,
  ),
  classifierJobFinished: define<{ id: string; status: string }>(
    'CLASSIFIER_JOB_FINISHED',
    ({ id, status }) => `Classifier job ${id} has already ended (${status}).`,
  ),
  trainingFinished: define<{ id: string; status: string }>(
    'TRAINING_FINISHED',
    ({ id, status }) => `Training ${id} has already ended (${status}), so it cannot be cancelled.`,
  ),
  cannotDifferentiate: define<{ reason: string }>(
    'CANNOT_DIFFERENTIATE',
    ({ reason }) => `The encoder cannot be trained, because its graph cannot be differentiated: ${reason}.`,
  ),
  imageSizeFixed: define<{ size: number; reason: string }>(
    'IMAGE_SIZE_FIXED',
    ({ size, reason }) => `The encoder cannot process images of ${size} pixels: ${reason}.`,
  ),
  trainingImages: define<{ reason: string }>(
    'TRAINING_IMAGES',
    ({ reason }) => `Not enough images to train on: ${reason}.`,
  ),
  trainingDiverged: define<{ step: number; loss: number }>(
    'TRAINING_DIVERGED',
    ({ step, loss }) =>
      `Training stopped at step ${step}: the loss (${loss}) or the gradient is not a finite number. The last good checkpoint is kept. Try a lower learning rate.`,
  ),
  badRequest: define<{ reason: string }>('BAD_REQUEST', ({ reason }) => reason),
  operationNotChosen: define<{ name: string | null | undefined }>(
    'OPERATION_RESOLUTION_FAILURE',
    ({ name }) =>
      name == null
        ? 'The document has several operations; send the operation name of the one to run.'
        : `The document has no operation named "${name}".`,
  ),
  internal: define<object>(
    'INTERNAL_SERVER_ERROR',
    () => 'Something went wrong inside Shotboard. Its log has the cause.',
  ),
  cancelled: define<object>('CANCELLED', () => 'The work was cancelled.'),
} as const

/** The codes of errors that GraphQL raises itself, before anything of ours runs. */
export const graphqlErrorCodes = [
  // Requests that GraphQL refuses.
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
] as const

/** Every code that an error of the service can have, once. */
export const errorCodes: readonly string[] = [
  ...new Set([...Object.values(errors).map(({ code }) => code), ...graphqlErrorCodes]),
]

/** The `code` of an error of the system or a library, such as ENOENT; undefined if it has none. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined

/** A library's message may end with a full stop. */
const asClause = (reason: string): string => reason.replace(/[.:\s]+$/, '')

/** The message of a thrown value, which may be something else than an Error. */
export function reasonOf(error: unknown): string {
  try {
    const isObject = typeof error === 'object' && error !== null
    return String(isObject && 'message' in error ? error.message : error)
  } catch {
    // Not every object can be made text.
    return `it threw a value of type ${typeof error}`
  }
}

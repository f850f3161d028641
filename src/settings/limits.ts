import { oneOf, setting, wholeNumber } from './setting.js'

/** Limits on requests. Exceeding a limit is an error with its own code. */
export const limits = {
  maxRequestMegabytes: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_REQUEST_MB',
    description: 'Maximum size of a request (error REQUEST_TOO_LARGE).',
    unit: 'MB',
  }),
  maxMegapixels: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_MEGAPIXELS',
    description: 'Maximum size of an image, checked before it is decoded (error IMAGE_TOO_LARGE).',
    unit: 'megapixels',
  }),
  cutShortImages: setting(oneOf('reject', 'read'), 'reject', {
    variable: 'SHOTBOARD_CUT_SHORT_IMAGES',
    description:
      'What happens to JPEGs that end too early: `reject` names them (error INVALID_IMAGE); `read` takes what is there, grey for the rest, and marks them. Images that were taken so need `read` from then on.',
  }),
  maxFilesPerRequest: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_FILES',
    description: 'Maximum number of files in a multipart request (error TOO_MANY_FILES).',
    unit: 'files',
  }),
  maxImagesPerRequest: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_IMAGES',
    description: 'Maximum number of images that one request adds or classifies (error TOO_MANY_IMAGES).',
    unit: 'images',
  }),
  maxArchiveMegabytes: setting(wholeNumber(1, 100_000), 1024, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_MB',
    description: 'Maximum size of an archive (error ARCHIVE_TOO_LARGE).',
    unit: 'MB',
  }),
  maxArchiveEntries: setting(wholeNumber(1, 10_000_000), 200_000, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_ENTRIES',
    description: 'Maximum number of entries in an archive (error ARCHIVE_TOO_MANY_ENTRIES).',
    unit: 'entries',
  }),
  maxArchiveExpandedMegabytes: setting(wholeNumber(1, 1_000_000), 8192, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_EXPANDED_MB',
    description: 'Maximum size of an unpacked archive (error ARCHIVE_UNPACKS_TOO_LARGE).',
    unit: 'MB',
  }),
  maxArchiveRatio: setting(wholeNumber(1, 1_000_000), 100, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_RATIO',
    description:
      'Maximum ratio of unpacked to packed size, for an archive that unpacks to more than 64 MB (error ARCHIVE_PACKED_TOO_TIGHTLY).',
    unit: 'times',
  }),
  maxImportedFileMegabytes: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_IMPORTED_FILE_MB',
    description:
      'Maximum size of a file in a folder or an archive. A larger file is skipped (error FILE_TOO_LARGE), the others are imported.',
    unit: 'MB',
  }),
  maxRunsPerComparison: setting(wholeNumber(1, 100_000), 10_000, {
    variable: 'SHOTBOARD_MAX_RUNS',
    description: 'Maximum number of runs in a comparison (error TOO_MANY_RUNS).',
    unit: 'runs',
  }),
  maxSearchSeconds: setting(wholeNumber(1, 86_400), 30, {
    variable: 'SHOTBOARD_MAX_SEARCH_SECONDS',
    description:
      'Maximum time that `predict`, or making a classifier, may expect to search hyperparameters, unless `allowLongSearch` is given (error SEARCH_TOO_LONG). Comparisons search as long as they need.',
    unit: 'seconds',
  }),
  comparisonsAtOnce: setting(wholeNumber(1, 64), 1, {
    variable: 'SHOTBOARD_COMPARISONS_AT_ONCE',
    description: 'Number of comparisons that run at the same time. One already uses all cores.',
    unit: 'comparisons',
  }),
  maxOpenComparisons: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_OPEN_COMPARISONS',
    description: 'Maximum number of comparisons that wait or run (error TOO_MANY_COMPARISONS).',
    unit: 'comparisons',
  }),
  maxPageSize: setting(wholeNumber(60, 10_000), 100, {
    variable: 'SHOTBOARD_MAX_PAGE_SIZE',
    description: 'Maximum size of a page (error PAGE_TOO_LARGE).',
    unit: 'entries',
  }),
  maxListSize: setting(wholeNumber(60, 1_000_000), 10_000, {
    variable: 'SHOTBOARD_MAX_LIST_SIZE',
    description:
      'Maximum number of entries of a list that comes whole where no page is asked for, such as the rows of a comparison or the classes of a dataset (error PAGE_REQUIRED). A page of such a list may be as long.',
    unit: 'entries',
  }),
  maxQueryTokens: setting(wholeNumber(1000, 1_000_000), 10_000, {
    variable: 'SHOTBOARD_MAX_QUERY_TOKENS',
    description: 'Maximum length of a GraphQL document, without its variables (error QUERY_TOO_LONG).',
    unit: 'tokens',
  }),
  maxQueryDepth: setting(wholeNumber(5, 1000), 16, {
    variable: 'SHOTBOARD_MAX_QUERY_DEPTH',
    description: 'Maximum depth of a query (error QUERY_TOO_DEEP).',
    unit: 'fields',
  }),
  maxQueryCost: setting(wholeNumber(100, 100_000_000), 100_000, {
    variable: 'SHOTBOARD_MAX_QUERY_COST',
    description:
      'Maximum cost of a query (error QUERY_TOO_COSTLY). A field costs 1; fields of a list count as often as the list may be long.',
    unit: 'fields',
  }),
  maxAnswerMegabytes: setting(wholeNumber(1, 10_000), 32, {
    variable: 'SHOTBOARD_MAX_ANSWER_MB',
    description: 'Maximum size of an answer to an operation (error ANSWER_TOO_LARGE).',
    unit: 'MB',
  }),
  maxOperationSeconds: setting(wholeNumber(1, 86_400), 300, {
    variable: 'SHOTBOARD_MAX_OPERATION_SECONDS',
    description:
      'Maximum duration of a query or a mutation, which is then stopped (error OPERATION_TIMED_OUT). Jobs and subscriptions may take longer.',
    unit: 'seconds',
  }),
  maxOperationsAtOnce: setting(wholeNumber(1, 100_000), 64, {
    variable: 'SHOTBOARD_MAX_OPERATIONS',
    description:
      'Maximum number of queries and mutations that run at the same time. Three times as many may wait (error OVERLOADED, with Retry-After).',
    unit: 'operations',
  }),
  maxOperationsPerClient: setting(wholeNumber(1, 100_000), 32, {
    variable: 'SHOTBOARD_MAX_OPERATIONS_PER_CLIENT',
    description:
      'Maximum number of queries and mutations of one client that run at the same time, over all its connections. Three times as many may wait (error TOO_MANY_OPERATIONS, with Retry-After). A client is a key, or an address where no keys are set.',
    unit: 'operations',
  }),
}

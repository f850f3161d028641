import { setting, wholeNumber } from './setting.js'

/** What one request may ask for; each limit has an error of its own. */
export const limits = {
  maxRequestMegabytes: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_REQUEST_MB',
    description: 'A larger request is refused: REQUEST_TOO_LARGE.',
    unit: 'MB',
  }),
  maxMegapixels: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_MEGAPIXELS',
    description: 'A larger image is refused before it is decoded: IMAGE_TOO_LARGE.',
    unit: 'megapixels',
  }),
  maxFilesPerRequest: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_FILES',
    description: 'A multipart request with more files is refused: TOO_MANY_FILES.',
    unit: 'files',
  }),
  maxImagesPerRequest: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_IMAGES',
    description: 'Adding or classifying more images at once is refused: TOO_MANY_IMAGES.',
    unit: 'images',
  }),
  maxArchiveMegabytes: setting(wholeNumber(1, 100_000), 1024, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_MB',
    description: 'A larger archive is refused: ARCHIVE_TOO_LARGE.',
    unit: 'MB',
  }),
  maxArchiveEntries: setting(wholeNumber(1, 10_000_000), 200_000, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_ENTRIES',
    description: 'An archive with more entries is refused: ARCHIVE_TOO_MANY_ENTRIES.',
    unit: 'entries',
  }),
  maxArchiveExpandedMegabytes: setting(wholeNumber(1, 1_000_000), 8192, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_EXPANDED_MB',
    description: 'An archive that unpacks to more is refused: ARCHIVE_UNPACKS_TOO_LARGE.',
    unit: 'MB',
  }),
  maxArchiveRatio: setting(wholeNumber(1, 1_000_000), 100, {
    variable: 'SHOTBOARD_MAX_ARCHIVE_RATIO',
    description:
      'An archive that unpacks to more than 64 MB and so many times its size is refused: ARCHIVE_PACKED_TOO_TIGHTLY.',
    unit: 'times',
  }),
  maxImportedFileMegabytes: setting(wholeNumber(1, 10_000), 64, {
    variable: 'SHOTBOARD_MAX_IMPORTED_FILE_MB',
    description:
      'A larger file of a folder or an archive is rejected, and the others imported: FILE_TOO_LARGE.',
    unit: 'MB',
  }),
  maxRunsPerComparison: setting(wholeNumber(1, 100_000), 10_000, {
    variable: 'SHOTBOARD_MAX_RUNS',
    description: 'A comparison of more runs is refused: TOO_MANY_RUNS.',
    unit: 'runs',
  }),
  comparisonsAtOnce: setting(wholeNumber(1, 64), 1, {
    variable: 'SHOTBOARD_COMPARISONS_AT_ONCE',
    description: 'Comparisons worked on at the same time; one keeps all cores busy.',
    unit: 'comparisons',
  }),
  maxOpenComparisons: setting(wholeNumber(1, 100_000), 1000, {
    variable: 'SHOTBOARD_MAX_OPEN_COMPARISONS',
    description: 'Where so many wait or run, another one is refused: TOO_MANY_COMPARISONS.',
    unit: 'comparisons',
  }),
  maxPageSize: setting(wholeNumber(60, 10_000), 100, {
    variable: 'SHOTBOARD_MAX_PAGE_SIZE',
    description: 'A larger page is refused: PAGE_TOO_LARGE.',
    unit: 'entries',
  }),
  maxQueryTokens: setting(wholeNumber(1000, 1_000_000), 10_000, {
    variable: 'SHOTBOARD_MAX_QUERY_TOKENS',
    description: 'A longer GraphQL document is refused: QUERY_TOO_LONG. Variables do not count.',
    unit: 'tokens',
  }),
  maxQueryDepth: setting(wholeNumber(5, 1000), 16, {
    variable: 'SHOTBOARD_MAX_QUERY_DEPTH',
    description: 'A deeper query is refused: QUERY_TOO_DEEP.',
    unit: 'fields',
  }),
  maxQueryCost: setting(wholeNumber(100, 100_000_000), 100_000, {
    variable: 'SHOTBOARD_MAX_QUERY_COST',
    description:
      'A more costly query is refused: QUERY_TOO_COSTLY. A field costs 1, those of a list as often as the list may be long.',
    unit: 'fields',
  }),
}

import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import {
  folder,
  listOf,
  matching,
  oneOf,
  onOff,
  optionalSetting,
  setting,
  text,
  wholeNumber,
} from './setting.js'

const listening = {
  port: setting(wholeNumber(0, 65_535), 4000, {
    variable: 'PORT',
    description: 'The port; 0 takes any free one.',
  }),
  host: setting(text(), '127.0.0.1', {
    variable: 'HOST',
    description: 'The address to listen on. The default is reached from this machine alone.',
  }),
}

const storage = {
  dataDirectory: setting(folder(), './.shotboard', {
    variable: 'SHOTBOARD_DATA_DIR',
    description: 'Images, features and results, and the database unless it is set elsewhere.',
  }),
  databaseUrl: optionalSetting(
    matching(
      /^(file:|postgres:\/\/|postgresql:\/\/)./,
      'an address with file:, postgres:// or postgresql://',
    ),
    {
      variable: 'DATABASE_URL',
      description: '`file:…` for SQLite, `postgres://…` for Postgres.',
      defaultText: 'SQLite in the data directory',
      secret: true,
    },
  ),
}

const models = {
  modelsDirectory: setting(folder(), fileURLToPath(new URL('../../models', import.meta.url)), {
    variable: 'SHOTBOARD_MODELS_DIR',
    description: 'A folder of model folders.',
    defaultText: 'the embedded `models`',
  }),
  encoder: setting(text(), 'mini-clip', {
    variable: 'SHOTBOARD_ENCODER',
    description: "The default encoder's id.",
  }),
  plugins: setting(listOf(text()), [], {
    variable: 'SHOTBOARD_PLUGINS',
    description: 'Plugins: module paths or package names.',
  }),
}

const starting = {
  demo: setting(onOff(), true, {
    variable: 'SHOTBOARD_DEMO',
    description: 'Whether `npm start` imports and compares the demo dataset.',
  }),
  logLevel: setting(oneOf('silent', 'error', 'warn', 'info', 'debug'), 'warn', {
    variable: 'SHOTBOARD_LOG_LEVEL',
    description: 'What is worth a line in the log; `info` has a line for every request.',
  }),
}

const limits = {
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
  maxPageSize: setting(wholeNumber(60, 10_000), 100, {
    variable: 'SHOTBOARD_MAX_PAGE_SIZE',
    description: 'A larger page is refused: PAGE_TOO_LARGE.',
    unit: 'entries',
  }),
}

/** Settings as `docs/configuration.md` shows them. */
export const groups: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'Where it listens': listening,
  'Where data lives': storage,
  'Models and plugins': models,
  Starting: starting,
  Limits: limits,
}

/** Every setting there is, by its key in the configuration file. */
export const settingsSchema = z.strictObject({ ...listening, ...storage, ...models, ...starting, ...limits })

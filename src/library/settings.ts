import type { Settings } from '../settings/settings.js'
import type { SourceLimits } from '../sources/source.js'

/** The settings that a library needs. */
export type LibrarySettings = Pick<
  Settings,
  | 'dataDirectory'
  | 'databaseUrl'
  | 'queueUrl'
  | 'objectsUrl'
  | 'objectsKeyId'
  | 'objectsSecret'
  | 'cacheGigabytes'
  | 'readBuckets'
  | 'modelsDirectory'
  | 'encoder'
  | 'encoderIdleMinutes'
  | 'threads'
  | 'executionProviders'
  | 'processor'
  | 'plugins'
  | 'pluginLoadSeconds'
  | 'pluginCallSeconds'
  | 'hubEndpoint'
  | 'hubToken'
  | 'maxMegapixels'
  | 'cutShortImages'
  | 'maxSearchSeconds'
  | 'maxRunsPerComparison'
  | 'comparisonsAtOnce'
  | 'maxOpenComparisons'
  | keyof SourceLimits
>

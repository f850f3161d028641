import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { limits } from './limits.js'
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
    description: 'Port to listen on. 0 means any free port.',
  }),
  host: setting(text(), '127.0.0.1', {
    variable: 'HOST',
    description: 'Address to listen on. The default accepts only connections from this machine.',
  }),
}

const access = {
  apiKeys: setting(listOf(matching(/^(read|write):[0-9a-f]{64}$/, 'read: or write: and a SHA-256')), [], {
    variable: 'SHOTBOARD_API_KEYS',
    description:
      'Clients must send one of these keys. `npx shotboard key` makes a key and prints its entry for this list.',
    secret: true,
  }),
  allowOpen: setting(onOff(), false, {
    variable: 'SHOTBOARD_ALLOW_OPEN',
    description:
      'Allows listening without keys on an address that other machines can reach. Everyone may then do everything.',
  }),
  allowedHosts: setting(listOf(text()), [], {
    variable: 'SHOTBOARD_ALLOWED_HOSTS',
    description:
      'Further host names that requests may use, besides those of this machine. Without keys and on a loopback address, other names are rejected, which protects against DNS rebinding.',
  }),
  corsOrigins: setting(
    listOf(matching(/^(\*|https?:\/\/[^/\s]+)$/, 'an origin such as https://example.org, or *')),
    [],
    {
      variable: 'SHOTBOARD_CORS_ORIGINS',
      description: 'Origins whose web pages may use the API (CORS).',
    },
  ),
  publicUrl: optionalSetting(
    matching(/^https?:\/\/[^/\s?#]+$/, 'an origin such as https://shotboard.example.org'),
    {
      variable: 'SHOTBOARD_PUBLIC_URL',
      description:
        'What clients reach the service by. Addresses of images and files in answers are then absolute; without it they are paths on the service.',
      defaultText: 'paths',
    },
  ),
  introspection: setting(onOff(), true, {
    variable: 'SHOTBOARD_INTROSPECTION',
    description: 'Whether clients may query the schema. The IDE needs it.',
  }),
}

const storage = {
  dataDirectory: setting(folder(), './.shotboard', {
    variable: 'SHOTBOARD_DATA_DIR',
    description: 'Folder for images, features, results and, unless `DATABASE_URL` is set, the database.',
  }),
  databaseUrl: optionalSetting(
    matching(
      /^(file:|postgres:\/\/|postgresql:\/\/)./,
      'an address with file:, postgres:// or postgresql://',
    ),
    {
      variable: 'DATABASE_URL',
      description: 'Address of the database: `file:…` for SQLite, `postgres://…` for Postgres.',
      defaultText: 'SQLite in the data directory',
      secret: true,
    },
  ),
}

/** Without these, everything runs on one machine. */
const machines = {
  queueUrl: optionalSetting(matching(/^(postgres$|rediss?:\/\/.)/, 'redis://…, rediss://… or postgres'), {
    variable: 'SHOTBOARD_QUEUE',
    description:
      'Queue that several machines share: the address of a Redis server, or `postgres` for the database at hand. Needs `SHOTBOARD_OBJECTS` and a Postgres database. Services then only serve, and `shotboard worker` does the work; see docs/scale.md.',
    defaultText: 'in this process',
    secret: true,
  }),
  objectsUrl: optionalSetting(matching(/^s3:\/\/[^/?]+(\?.*)?$/, 's3://BUCKET or s3://BUCKET?endpoint=URL'), {
    variable: 'SHOTBOARD_OBJECTS',
    description:
      'Bucket for images, features, results and everything else that several machines share: `s3://BUCKET`, with `?endpoint=URL` for a server other than Amazon S3, and `&region=REGION` (`us-east-1` by default). Needs `SHOTBOARD_QUEUE`.',
    defaultText: 'the data directory',
  }),
  objectsKeyId: optionalSetting(text(), {
    variable: 'AWS_ACCESS_KEY_ID',
    description: 'Access key of the bucket.',
    secret: true,
  }),
  objectsSecret: optionalSetting(text(), {
    variable: 'AWS_SECRET_ACCESS_KEY',
    description: 'Secret of the access key.',
    secret: true,
  }),
  readBuckets: setting(
    listOf(matching(/^s3:\/\/[^/?]+(\/[^?]*)?(\?.*)?$/, 's3://BUCKET/PREFIX?endpoint=URL')),
    [],
    {
      variable: 'SHOTBOARD_READ_BUCKETS',
      description:
        'Buckets whose objects clients may have classified, each with what the keys begin with: `s3://BUCKET/PREFIX`, with `endpoint` and `region` as for `SHOTBOARD_OBJECTS`. They are read with `AWS_ACCESS_KEY_ID`. Without it, none.',
    },
  ),
  cacheGigabytes: setting(wholeNumber(1, 100_000), 10, {
    variable: 'SHOTBOARD_CACHE_GB',
    description:
      'Maximum size of the copies of features from the bucket that a machine keeps in its data directory.',
    unit: 'GB',
  }),
}

/** The id of the encoder that comes with Shotboard. It is small, for trying things out. */
export const embeddedEncoder = 'mini-clip'

const models = {
  modelsDirectory: setting(folder(), fileURLToPath(new URL('../../models', import.meta.url)), {
    variable: 'SHOTBOARD_MODELS_DIR',
    description: 'Folder that contains the model folders.',
    defaultText: 'the embedded `models`',
  }),
  encoder: setting(text(), embeddedEncoder, {
    variable: 'SHOTBOARD_ENCODER',
    description: 'Id of the default encoder.',
  }),
  plugins: setting(listOf(text()), [], {
    variable: 'SHOTBOARD_PLUGINS',
    description:
      'Plugins to load: paths of modules, or names of packages. `PREFIX=PLUGIN` puts a prefix before the ids of a plugin.',
  }),
  pluginLoadSeconds: setting(wholeNumber(1, 86_400), 60, {
    variable: 'SHOTBOARD_PLUGIN_LOAD_SECONDS',
    description: 'Maximum time that a plugin may take to load (error INVALID_PLUGIN).',
    unit: 'seconds',
  }),
  pluginCallSeconds: setting(wholeNumber(1, 86_400), 600, {
    variable: 'SHOTBOARD_PLUGIN_CALL_SECONDS',
    description:
      'Maximum time that one call of a method or a space of a plugin may take (error PLUGIN_FAILED). It cannot stop a loop that never waits.',
    unit: 'seconds',
  }),
  encoderIdleMinutes: setting(wholeNumber(0, 100_000), 30, {
    variable: 'SHOTBOARD_ENCODER_IDLE_MINUTES',
    description:
      'Time without use after which an encoder is closed and its memory freed. It is opened again when needed. 0 keeps it open.',
    unit: 'minutes',
  }),
  threads: optionalSetting(wholeNumber(1, 1024), {
    variable: 'SHOTBOARD_THREADS',
    description:
      'Number of threads of a model or a computation, and of processes that decode images (at most four). Fewer than the cores leaves CPU time for other programs.',
    defaultText: 'one per core',
  }),
  executionProviders: setting(
    listOf(oneOf('cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'openvino', 'webgpu')),
    ['cpu'],
    {
      variable: 'SHOTBOARD_EXECUTION_PROVIDERS',
      description:
        'What encoders run on, in order of preference. ONNX Runtime must support it on this machine; see docs/models.md.',
    },
  ),
  processor: optionalSetting(matching(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'up to 64 letters, digits, - and _'), {
    variable: 'SHOTBOARD_PROCESSOR',
    description:
      'Name of the kind of processor that this machine has. A comparison takes features of one kind only, and its work goes to machines of that kind; the same name on different machines says that their differences, in the last bits, do not matter.',
    defaultText: 'by provider, architecture and instructions, such as `cpu-x64-avx512`',
  }),
}

/** Other programs read these variables too, and take an empty one for none. */
const emptyIsNone = { fromText: (given: string) => given || undefined }

const hub = {
  hubEndpoint: optionalSetting(
    { ...matching(/^https?:\/\/./, 'an address with http:// or https://'), ...emptyIsNone },
    {
      variable: 'HF_ENDPOINT',
      description: 'Address of the hub that models and datasets come from.',
      defaultText: '`https://huggingface.co`',
    },
  ),
  hubToken: optionalSetting(
    { ...text(), ...emptyIsNone },
    {
      variable: 'HF_TOKEN',
      description:
        'Token for models and datasets of the hub that are not public. Clients that may import can then import all that the token can read.',
      secret: true,
    },
  ),
}

const starting = {
  demo: setting(onOff(), true, {
    variable: 'SHOTBOARD_DEMO',
    description: 'Whether `npm start` imports and compares the demo dataset.',
  }),
  logLevel: setting(oneOf('silent', 'error', 'warn', 'info', 'debug'), 'warn', {
    variable: 'SHOTBOARD_LOG_LEVEL',
    description: 'Least severe messages that are logged. `info` logs every request.',
  }),
}

/** Settings by their section in `docs/configuration.md`. */
export const groups: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  Network: listening,
  Access: access,
  Storage: storage,
  'More than one machine': machines,
  'Models and plugins': models,
  'Hugging Face hub': hub,
  'Start and log': starting,
  Limits: limits,
}

/** All settings, by their keys in the configuration file. */
export const settingsSchema = z.strictObject({
  ...listening,
  ...access,
  ...storage,
  ...machines,
  ...models,
  ...hub,
  ...starting,
  ...limits,
})

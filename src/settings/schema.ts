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
    description: 'The port; 0 takes any free one.',
  }),
  host: setting(text(), '127.0.0.1', {
    variable: 'HOST',
    description: 'The address to listen on. The default is reached from this machine alone.',
  }),
}

const access = {
  apiKeys: setting(listOf(matching(/^(read|write):[0-9a-f]{64}$/, 'read: or write: and a SHA-256')), [], {
    variable: 'SHOTBOARD_API_KEYS',
    description:
      'Whoever asks must show one of these keys; `npx shotboard key` makes one and prints its entry.',
    secret: true,
  }),
  allowOpen: setting(onOff(), false, {
    variable: 'SHOTBOARD_ALLOW_OPEN',
    description: 'Listen on an address that others reach, without keys: everybody may do everything.',
  }),
  allowedHosts: setting(listOf(text()), [], {
    variable: 'SHOTBOARD_ALLOWED_HOSTS',
    description:
      'Host names to answer to, beside those of this machine; without keys and on a loopback address others are refused, so that no web page reaches Shotboard under a name of its own.',
  }),
  corsOrigins: setting(
    listOf(matching(/^(\*|https?:\/\/[^/\s]+)$/, 'an origin such as https://example.org, or *')),
    [],
    {
      variable: 'SHOTBOARD_CORS_ORIGINS',
      description: 'Pages of these origins may use the API from a browser.',
    },
  ),
  introspection: setting(onOff(), true, {
    variable: 'SHOTBOARD_INTROSPECTION',
    description: 'Whether clients may ask for the schema; the IDE needs it.',
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
  encoderIdleMinutes: setting(wholeNumber(0, 100_000), 30, {
    variable: 'SHOTBOARD_ENCODER_IDLE_MINUTES',
    description:
      'An encoder that nobody has used for so long gives back its memory, and is opened again when it is needed; 0 keeps it.',
    unit: 'minutes',
  }),
  threads: optionalSetting(wholeNumber(1, 1024), {
    variable: 'SHOTBOARD_THREADS',
    description:
      'How many threads one model or one computation uses, and how many prepare images, of those at most four. Fewer than the cores leaves room for others on the machine.',
    defaultText: 'one a core',
  }),
  executionProviders: setting(
    listOf(oneOf('cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'openvino', 'webgpu')),
    ['cpu'],
    {
      variable: 'SHOTBOARD_EXECUTION_PROVIDERS',
      description:
        'What encoders run on, in order of preference, where ONNX Runtime has it on this machine; see docs/models.md.',
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
    description: 'What is worth a line in the log; `info` has a line for every request.',
  }),
}

/** Settings as `docs/configuration.md` shows them. */
export const groups: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'Where it listens': listening,
  Access: access,
  'Where data lives': storage,
  'Models and plugins': models,
  Starting: starting,
  Limits: limits,
}

/** Every setting there is, by its key in the configuration file. */
export const settingsSchema = z.strictObject({
  ...listening,
  ...access,
  ...storage,
  ...models,
  ...starting,
  ...limits,
})

import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  createKernels,
  defaultMethods,
  defaultSelection,
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureFile,
  type KlScaling,
  linspace,
  loadRegistry,
  openRuntime,
  readFeatureFile,
  readGenericFeatures,
  type Selection,
} from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { createProgressBar } from './progress-bar.js'
import { runCommand } from './run-command.js'
import { selections } from './run-comparison.js'

const searches = { exact: 'EXACT', halving: 'HALVING' } as const
const scalings = { frozen: 'FROZEN', batch: 'BATCH' } as const

interface EvaluateOptions {
  readonly shots?: number[]
  readonly method?: string[]
  readonly space?: string[]
  readonly selection?: keyof typeof selections
  readonly klScaling: keyof typeof scalings
  readonly search: keyof typeof searches
  readonly cacheOnly?: boolean
  readonly set: Readonly<Record<string, number>>
  readonly grid: Readonly<Record<string, readonly number[]>>
  readonly plugins?: string[]
  readonly generic: readonly string[]
  readonly json?: boolean
}

/** `shotboard evaluate FILE`: evaluates methods on features from a file. */
export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('Evaluate methods on features that you already have.')
    .argument('<file>', 'a safetensors file: test_*, support_K_*, and optionally text_features, val_*, imo_*')
    .option('--shots <counts>', 'shot counts, separated by commas (default: all in the file)', wholeNumbers)
    .option(
      '--method <methods>',
      'methods, separated by commas (default: the most accurate ones for what the file has, and what they are compared with)',
      names,
    )
    .option(
      '--space <spaces>',
      "feature spaces, separated by commas (default: each method's own; plda instead of shrunk with --generic)",
      names,
    )
    .addOption(
      new Option(
        '--selection <protocol>',
        'how to select hyperparameters (default: validation, or leave-one-out if the file has no validation images)',
      ).choices(Object.keys(selections)),
    )
    .addOption(
      new Option('--kl-scaling <scaling>', 'how to compute the ranges that scale the KL term')
        .choices(Object.keys(scalings))
        .default('frozen'),
    )
    .addOption(
      new Option('--search <kind>', 'how to search a grid; halving is faster and may miss the best point')
        .choices(Object.keys(searches))
        .default('exact'),
    )
    .option('--cache-only', 'use only the terms that need no text features')
    .option('--set <name=value>', 'fix a hyperparameter instead of selecting it; repeatable', assignment, {})
    .option(
      '--grid <name=values>',
      'search these values, separated by commas, or FROM:TO:STEPS; repeatable',
      grid,
      {},
    )
    .option(
      '--plugins <plugins>',
      'plugins to load besides those in SHOTBOARD_PLUGINS: paths or packages, separated by commas',
      names,
    )
    .option(
      '--generic <path>',
      "labelled features of other images of the same encoder, for the spaces generic… and plda: a safetensors file with features and labels, another dataset's file, or a folder of such files; repeatable",
      (path: string, known: readonly string[]) => [...known, path],
      [],
    )
    .option('--json', 'print one JSON array, with accuracies in percent')
    .action((file: string, options: EvaluateOptions) => runCommand(() => run(file, options)))

async function run(file: string, options: EvaluateOptions): Promise<void> {
  const settings = readSettings(process.env)
  const registry = await loadRegistry(
    [...settings.plugins, ...(options.plugins ?? [])],
    process.cwd(),
    settings,
  )
  const runtime = openRuntime({ threads: settings.threads })
  const bar = createProgressBar('Evaluating', process.stderr)
  const results: FeatureEvaluation[] = []
  /** What is known of a long search. */
  let note: string | undefined
  let notes: readonly string[] = []
  try {
    const features = await readFeatureFile(file)
    const generic = (await Promise.all(options.generic.map(readGenericFeatures))).flat()
    const spaces = options.space?.length ?? 1
    const methods = options.method ?? defaultMethods(features)
    const total = methods.length * spaces * (options.shots ?? features.shots).length
    const evaluations = evaluateFeatures({
      features,
      registry,
      kernels: createKernels(runtime),
      ...(options.method && { methods: options.method }),
      ...(options.space && { spaces: options.space }),
      ...(options.shots && { shots: options.shots }),
      ...(options.selection && { selection: selections[options.selection] satisfies Selection }),
      klScaling: scalings[options.klScaling] satisfies KlScaling,
      ...(options.cacheOnly && { cacheOnly: true }),
      fixed: options.set,
      grids: options.grid,
      search: searches[options.search],
      onProgress: (share) => bar.update(results.length + share, total, note),
      onEstimate(method, { shapes, images, milliseconds }) {
        note = `${method}: ${plural(shapes, 'combination')} of shapes on ${plural(images, 'image')}, about ${Math.ceil(milliseconds / 1000)} s`
      },
      generic,
    })
    for await (const evaluation of evaluations) {
      results.push(evaluation)
      note = undefined
      bar.update(results.length, total)
    }
    const together = methods.map((name) => registry.method(name)).filter((each) => each.transductive)
    notes = notesOn(features, options, together)
  } finally {
    bar.stop()
    await runtime.close()
  }
  console.log(options.json ? JSON.stringify(results, null, 2) : [formatResults(results), ...notes].join('\n'))
}

/** What a table does not say by itself. */
function notesOn(
  features: FeatureFile,
  { method, space, selection, generic }: EvaluateOptions,
  together: readonly { readonly name: string }[],
): string[] {
  const byItself = selection === undefined && defaultSelection(features) === 'LEAVE_ONE_OUT'
  return [
    ...together.map(({ name }) => `${name} decides for all test images together.`),
    ...(byItself
      ? ['The file has no validation images, so support images that are left out select the hyperparameters.']
      : []),
    ...(method === undefined && space === undefined && generic.length === 0
      ? [
          'Prototypes are more accurate with few shots if they know other labelled images of the encoder: --generic PATH.',
        ]
      : []),
  ]
}

const plural = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

function formatResults(results: readonly FeatureEvaluation[]): string {
  const table = new Table({
    head: [
      'method',
      'space',
      'shots',
      'accuracy, %',
      'top-5, %',
      'selection, %',
      'hyperparameters',
      'search',
      'score',
    ],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const each of results) {
    table.push([
      each.method,
      each.space ?? '–',
      each.shots,
      each.accuracy.toFixed(2),
      each.top5Accuracy.toFixed(2),
      each.selectionAccuracy?.toFixed(2) ?? '–',
      Object.entries(each.hyperparameters)
        .map(([name, value]) => `${name} ${Number(value.toFixed(3))}`)
        .join(', '),
      `${each.searchMs.toFixed(0)} ms`,
      `${each.scoreMs.toFixed(0)} ms`,
    ])
  }
  return table.toString()
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim())

function wholeNumbers(text: string): number[] {
  return names(text).map((name) => {
    if (!/^[1-9]\d*$/.test(name)) throw new InvalidArgumentError('Give whole numbers, separated by commas.')
    return Number(name)
  })
}

function assignment(text: string, known: Readonly<Record<string, number>>): Record<string, number> {
  const [, name, value] = /^([^=\s]+)=(.+)$/.exec(text) ?? []
  if (name === undefined || !Number.isFinite(Number(value))) {
    throw new InvalidArgumentError('Give a name and a number, such as alpha=1.5.')
  }
  return { ...known, [name]: Number(value) }
}

function grid(text: string, known: Readonly<Record<string, number[]>>): Record<string, number[]> {
  const [, name, list] = /^([^=\s]+)=(.+)$/.exec(text) ?? []
  const [from, to, steps, ...more] = (list ?? '').split(':').map(Number)
  const isRange = from !== undefined && to !== undefined && steps !== undefined && more.length === 0
  const values = isRange ? linspace(from, to, steps) : names(list ?? '').map(Number)
  if (name === undefined || values.length === 0 || !values.every(Number.isFinite)) {
    throw new InvalidArgumentError('Give a name and values, such as alpha=0,1,2 or alpha=0:20:50.')
  }
  return { ...known, [name]: values }
}

import { Command, InvalidArgumentError, Option } from 'commander'
import { type ClassifierEvaluation, type Drift, type Encoding, Split } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { createProgressBar } from './progress-bar.js'
import { withLibrary } from './with-library.js'

interface EvaluateClassifierOptions {
  readonly split: Split
  readonly unlabelled?: boolean
  readonly useVersion?: number
  readonly json?: boolean
}

/** `shotboard evaluate-classifier NAME DATASET`: measures a classifier on a dataset, and tells what has changed. */
export const evaluateClassifierCommand = (): Command =>
  new Command('evaluate-classifier')
    .description('Measure a classifier on a dataset, and tell whether it does as on its own test images.')
    .argument('<classifier>', 'its name or id')
    .argument('<dataset>', 'its name or id')
    .addOption(
      new Option('--split <split>', 'the images with a label').choices(Object.values(Split)).default('TEST'),
    )
    .addOption(new Option('--unlabelled', 'the images without a label instead').conflicts('split'))
    .option('--use-version <number>', 'the version to measure (default: the one in use)', wholeNumber)
    .option('--json', 'print JSON instead of text, with the accuracy in percent and other shares from 0 to 1')
    .action((name: string, datasetName: string, options: EvaluateClassifierOptions) =>
      withLibrary(async (library) => {
        const { id } = await datasetNamed(library, datasetName)
        const images = {
          dataset: id,
          ...(options.unlabelled ? { unlabelled: true } : { split: options.split }),
          ...(options.useVersion !== undefined && { version: options.useVersion }),
        }
        const evaluation = await withBar((told) => library.classifiers.evaluate(name, images, told))
        console.log(options.json ? JSON.stringify(evaluation, null, 2) : formatEvaluation(evaluation))
      }),
    )

/** Shows how many of the images that were not encoded yet are. */
async function withBar<T>(work: (told: Encoding) => Promise<T>): Promise<T> {
  const bar = createProgressBar('Encoding', process.stderr)
  let [missing, done] = [0, 0]
  try {
    return await work({
      async onMissing(images) {
        missing = images
      },
      onEncoded(images) {
        done = Math.min(missing, done + images)
        if (missing > 0) bar.update(done, missing)
      },
    })
  } finally {
    bar.stop()
  }
}

/** An evaluation in lines of text. */
export function formatEvaluation(evaluation: ClassifierEvaluation): string {
  const { dataset, images, leftOut, accuracy, confidence, emptySets, drift } = evaluation
  return [
    `${images} images of ${dataset.name}${leftOut > 0 ? `, without ${leftOut} that the classifier learned from` : ''}`,
    ...(accuracy
      ? [`Accuracy ${accuracy.mean.toFixed(1)} % (${accuracy.low.toFixed(1)}–${accuracy.high.toFixed(1)})`]
      : []),
    `Mean confidence ${percent(confidence)}`,
    ...(emptySets === null ? [] : [`None of these ${percent(emptySets)}`]),
    ...(drift
      ? drift.map(formatDrift)
      : ['Drift cannot be told: the classifier was made without test images.']),
  ].join('\n')
}

const names: Readonly<Record<Drift['measure'], string>> = {
  ACCURACY: 'Accuracy',
  CONFIDENCE: 'Confidence',
  EMPTY_SETS: 'None of these',
}

const formatDrift = ({ measure, own, here, adjustedPValue, hasChanged }: Drift): string =>
  `${names[measure]}: ${hasChanged ? 'changed' : 'no more change than chance'}, ${percent(own)} on its own test images, ${percent(here)} here (p ${adjustedPValue < 0.001 ? '< 0.001' : `= ${adjustedPValue.toFixed(3)}`})`

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.')
  return Number(text)
}

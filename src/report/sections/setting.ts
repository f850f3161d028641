import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { percentOf } from '../words.js'

const splitNames = { SUPPORT_POOL: 'support pool', VALIDATION: 'validation', TEST: 'test' } as const
const selectionNames = {
  VALIDATION: 'the validation images',
  LEAVE_ONE_OUT: 'the support set, leaving out one image of every class at a time',
  NONE: 'nothing: defaults',
} as const

const searchNames = { EXACT: 'every point of the grid', HALVING: 'by halving' } as const
const scalingNames = {
  FROZEN: 'fitted once and kept',
  BATCH: 'over all test images together, as in the published code',
} as const

/** What sets were made to hold, and where images of no class came from. */
function setsOf({ runs: [run], classes, unknownDataset }: ReportData): [string, string][] {
  if (!run || run.coverage === null) return []
  const heldOut = run.holdOut.map((index) => classes[index]?.name ?? String(index))
  const strangers = [
    ...(unknownDataset === null ? [] : [`the test images of ${unknownDataset}`]),
    ...(heldOut.length === 0 ? [] : [`those of ${heldOut.join(', ')}, which methods do without`]),
  ]
  return [
    ['sets hold the right class for', `${percentOf(run.coverage)} of images`],
    ...(strangers.length === 0 ? [] : ([['images of no class', strangers.join('; ')]] as [string, string][])),
  ]
}

/** At one shot no image can be left out. */
const selectionOf = (selection: keyof typeof selectionNames, runs: ReportData['runs']): string =>
  selection === 'LEAVE_ONE_OUT' && runs.some(({ shots }) => shots === 1)
    ? `${selectionNames[selection]}; at one shot none can be left out, so the defaults are used`
    : selectionNames[selection]

/** How many images classes had, where not all had as many. */
function sizesOf(runs: ReportData['runs']): [string, string][] {
  const sizes = runs.flatMap(({ result }) => (result ? [result.perClass] : []))
  if (!sizes.some(({ least, most }) => least < most)) return []
  const [least, most] = [
    Math.min(...sizes.map((each) => each.least)),
    Math.max(...sizes.map((each) => each.most)),
  ]
  const means = [...new Set(sizes.map(({ mean }) => mean.toFixed(1)))]
  return [['images of a class', `${least} to ${most}, ${means.join(' or ')} in the mean`]]
}

/** How many prompts classes had. */
function promptsOf(runs: ReportData['runs']): [string, string][] {
  const prompts = runs.flatMap(({ result }) => result?.prompts ?? [])
  if (prompts.length === 0) return []
  const least = Math.min(...prompts.map((each) => each.least))
  const most = Math.max(...prompts.map((each) => each.most))
  if (least === most) return [['prompts per class', String(least)]]
  const means = [...new Set(prompts.map(({ mean }) => mean.toFixed(1)))]
  return [['prompts per class', `${least} to ${most}, ${means.join(' or ')} in the mean`]]
}

/** Everything needed to measure the same again. */
export function settingSection(data: ReportData): Html {
  const { comparison, runs, counts, classes, dataset, testDataset, encoder, otherEncoders, version } = data
  const finished = runs.filter(({ result }) => result !== null).length
  const [run] = runs
  const of = (pick: (each: (typeof runs)[number]) => number | string) =>
    [...new Set(runs.map(pick))].join(', ')
  const entries: readonly (readonly [string, string])[] = [
    [
      'dataset',
      `${dataset}: ${classes.length} classes; ${counts.map(({ split, images }) => `${splitNames[split]} ${images}`).join(', ')} images`,
    ],
    ...(testDataset === null ? [] : [['tested on', testDataset] as const]),
    ['encoder', encoder],
    ...(otherEncoders.length === 0
      ? []
      : [['other encoders, not in this report', otherEncoders.join(', ')] as const]),
    [
      'shots',
      of(
        ({ shots, drawing }) =>
          ({ ALL: 'all images', LISTED: 'a list of images', AT_MOST: `at most ${shots}`, EXACT: shots })[
            drawing
          ],
      ),
    ],
    ...sizesOf(runs),
    ...promptsOf(runs),
    ['seeds', of(({ seed }) => seed)],
    ['hyperparameters selected on', run ? selectionOf(run.selection, runs) : ''],
    ...(run === undefined || run.selection === 'NONE' ? [] : [['search', searchNames[run.search]] as const]),
    ['ranges of the KL term', run ? scalingNames[run.klScaling] : ''],
    ...setsOf(data),
    ['augmentations', of(({ augmentations }) => augmentations)],
    ['runs', `${finished} of ${runs.length} finished`],
    [
      'comparison',
      `${comparison.id}, ${comparison.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ],
    ['made by', `Shotboard ${version}`],
  ]
  return html`<section>
<h2>What was measured</h2>
<dl>${entries.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
${comparison.error !== null && html`<p class="note">${comparison.error}</p>`}
</section>`
}

import * as Plot from '@observablehq/plot'
import type { ReliabilityBin } from '../../library/index.js'
import { type Html, html } from '../html.js'
import { plot } from '../plot.js'
import type { ReportData } from '../report-data.js'
import { cssColor } from '../style-of.js'
import { seriesMark } from '../words.js'

/** How often the leading methods are right, by how confident they are. */
export function calibrationSection({ calibration, recommendation, nameOf, styleOf }: ReportData): Html {
  const title = html`<h2>Confidence and accuracy</h2>`
  const known = calibration.filter(({ bins }) => bins.length > 0)
  if (known.length === 0) {
    return html`<section>${title}<p class="note">The version of Shotboard that measured this did not store confidences.</p></section>`
  }
  const { shots, accuracy } = recommendation
  return html`<section>
${title}
<p>How often a method is right, by how confident it is, at ${shots} ${shots === 1 ? 'shot' : 'shots'}. On the dashed line, confidence can be taken at its word; below it, a method is too sure, and above it, not sure enough.</p>
<div class="multiples">
${known.map(({ row, bins }) => {
  const { mean, low, high } = row.calibrationError
  const colour = cssColor(styleOf(row).color)
  return html`<figure>
<figcaption>${seriesMark(styleOf(row))}<b>${nameOf(row)}</b> error ${percent(mean)} <span class="range">${percent(low)}–${percent(high)}</span></figcaption>
${plot(`Accuracy of ${nameOf(row)} by confidence: ${describe(bins)}.`, () => drawDiagram(bins, colour))}
${plot(`Images by confidence: ${describeCounts(bins)}.`, () => drawCounts(bins))}
</figure>`
})}
</div>
<p class="note">${known.length === 1 ? 'The leading method' : `The ${known.length} leading methods`}. The grey bars count test images${accuracy.n > 1 ? ', each once per support set' : ''}; bins of few images say little. Error: the expected calibration error in %, over 15 bins${accuracy.n > 1 ? ', averaged over the support sets' : ''}, with its 95 % interval.</p>
</section>`
}

const percent = (share: number): string => (100 * share).toFixed(1)

/** A bin with images, in percent. */
interface Filled {
  readonly low: number
  readonly high: number
  readonly images: number
  readonly confidence: number
  readonly accuracy: number
}

const filled = (bins: readonly ReliabilityBin[]): Filled[] =>
  bins.flatMap(({ low, high, images, confidence, accuracy }) =>
    confidence === null || accuracy === null
      ? []
      : [
          {
            low: 100 * low,
            high: 100 * high,
            images,
            confidence: 100 * confidence,
            accuracy: 100 * accuracy,
          },
        ],
  )

const describe = (bins: readonly ReliabilityBin[]): string =>
  filled(bins)
    .map(({ confidence, accuracy }) => `${accuracy.toFixed(0)} % at ${confidence.toFixed(0)} %`)
    .join(', ')

const describeCounts = (bins: readonly ReliabilityBin[]): string =>
  filled(bins)
    .map(({ low, high, images }) => `${images} from ${low.toFixed(0)} to ${high.toFixed(0)} %`)
    .join(', ')

/** Both plots share it, so that their bins stand below each other. */
const sides = { marginLeft: 34, marginRight: 10 } as const
const shares = { domain: [0, 100], ticks: 5, tickSize: 0 } as const

function drawDiagram(bins: readonly ReliabilityBin[], colour: string): Plot.PlotOptions {
  const points = filled(bins)
  return {
    ...sides,
    height: 270,
    marginTop: 26,
    marginBottom: 22,
    x: { ...shares, label: null, tickPadding: 6 },
    y: { ...shares, label: 'accuracy %', labelArrow: 'none' },
    // Bins of few images say little, so they are drawn small.
    r: { range: [1.5, 5] },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
      Plot.rectY(points, {
        x1: 'low',
        x2: 'high',
        y: 'accuracy',
        fill: colour,
        fillOpacity: 0.22,
        inset: 0.75,
      }),
      Plot.line(
        [
          [0, 0],
          [100, 100],
        ],
        { stroke: 'var(--ink-3)', strokeWidth: 1.25, strokeDasharray: '4 3' },
      ),
      Plot.ruleX(points, {
        x: 'confidence',
        y1: 'confidence',
        y2: 'accuracy',
        stroke: colour,
        strokeWidth: 1.5,
        strokeOpacity: 0.7,
      }),
      Plot.dot(points, {
        x: 'confidence',
        y: 'accuracy',
        r: 'images',
        fill: colour,
        stroke: 'var(--surface)',
        strokeWidth: 1.25,
      }),
      Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
    ],
  }
}

const drawCounts = (bins: readonly ReliabilityBin[]): Plot.PlotOptions => ({
  ...sides,
  height: 84,
  marginTop: 16,
  marginBottom: 28,
  x: {
    ...shares,
    ticks: [],
    label: 'confidence %',
    labelAnchor: 'center',
    labelArrow: 'none',
    labelOffset: 22,
  },
  y: { axis: null },
  marks: [
    Plot.rectY(filled(bins), { x1: 'low', x2: 'high', y: 'images', fill: 'var(--line-strong)', inset: 0.75 }),
    Plot.text(filled(bins), {
      x: ({ low, high }: Filled) => (low + high) / 2,
      y: 'images',
      text: ({ images }: Filled) => counts.format(images),
      dy: -7,
      fill: 'var(--ink-3)',
      fontSize: 10.5,
    }),
    Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
  ],
})

/** Short enough for a narrow bin: `985`, `1.2K`. */
const counts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

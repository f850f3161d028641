import * as Plot from '@observablehq/plot'
import type { Coefficient, CorrelationPoint } from '../../library/index.js'
import { type Html, html } from '../html.js'
import { plot } from '../plot.js'
import { plotSymbol } from '../plot-symbol.js'
import type { ReportData } from '../report-data.js'
import { cssColor } from '../style-of.js'
import { seriesMark } from '../words.js'

/** The correlation of less overlap with more accuracy. */
export function correlationSection({ correlation, nameOf, styleOf }: ReportData): Html {
  const title = html`<h2>Does less overlap mean more accuracy?</h2>`
  if (typeof correlation === 'string') {
    return html`<section>${title}<p class="note">It could not be measured. ${correlation}</p></section>`
  }
  const { points, text, spearman } = correlation
  if (points.length === 0) {
    return html`<section>${title}<p class="note">The comparison has no method both in clip and in another space, so there are no points to correlate.</p></section>`
  }
  const series = [...new Map(points.map((each) => [`${each.method} ${each.space}`, each])).values()]
  return html`<section>
${title}
<p>${text}</p>
${spearman && html`<p class="note">r is Pearson's correlation over ${points.length} points; Spearman's, of ranks, is ${coefficient(spearman)}. ${notIndependent}</p>`}
<figure>
${plot('Gain in accuracy by reduction of overlap, one point per method, space and number of shots.', (width) => draw(points, width, { nameOf, styleOf }))}
<figcaption>Each point compares a method in a space with the same method in clip, at a number of shots (shown next to it if there is room). Further right: less overlap. Above the line: higher accuracy.</figcaption>
</figure>
<p class="legend">${series.map((each) => html`<span class="entry">${seriesMark(styleOf(each))}${nameOf(each)}</span>`)}</p>
</section>`
}

const notIndependent =
  'The points are not independent, because all points of one space share its overlap; so an interval counts spaces, not points.'

function coefficient({ value, interval }: Coefficient): string {
  const number = (each: number) => each.toFixed(2).replace('-', '−')
  return interval ? `${number(value)} (${number(interval.low)} to ${number(interval.high)})` : number(value)
}

function draw(
  points: readonly CorrelationPoint[],
  width: number,
  { nameOf, styleOf }: Pick<ReportData, 'nameOf' | 'styleOf'>,
): Plot.PlotOptions {
  const place = { x: 'reduction', y: 'gain' } as const
  return {
    height: width > 500 ? 380 : 320,
    marginLeft: 40,
    marginBottom: 42,
    marginRight: 26,
    marginTop: 30,
    x: {
      label: 'reduction in overlap',
      labelAnchor: 'center',
      labelArrow: 'none',
      nice: true,
      ticks: width > 500 ? 8 : 5,
      tickSize: 0,
      tickPadding: 8,
    },
    y: { label: 'gain in accuracy, points', labelArrow: 'none', nice: true, ticks: 6, tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 6 }),
      Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
      Plot.ruleX([0], { stroke: 'var(--line-strong)' }),
      ...points.map((point) => {
        const { color, marker } = styleOf(point)
        return Plot.dot([point], {
          ...place,
          fill: cssColor(color),
          symbol: plotSymbol(marker),
          r: 5,
          stroke: 'var(--surface)',
          title: () => `${nameOf(point)}, ${point.shots} ${point.shots === 1 ? 'shot' : 'shots'}`,
        })
      }),
      Plot.text(withoutLabelOverlap(points), {
        ...place,
        text: ({ shots }) => String(shots),
        dx: 8,
        textAnchor: 'start',
        fill: 'var(--ink-3)',
        fontSize: 10,
      }),
    ],
  }
}

/** The points whose labels do not cover another label. */
function withoutLabelOverlap(points: readonly CorrelationPoint[]): CorrelationPoint[] {
  const extent = (value: (point: CorrelationPoint) => number) =>
    Math.max(...points.map(value)) - Math.min(...points.map(value))
  const [width, height] = [extent(({ reduction }) => reduction), extent(({ gain }) => gain)]
  const clash = (a: CorrelationPoint, b: CorrelationPoint) =>
    Math.abs(a.reduction - b.reduction) < 0.05 * width && Math.abs(a.gain - b.gain) < 0.05 * height
  return points.filter((point) => points.every((other) => other === point || !clash(point, other)))
}

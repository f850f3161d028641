import * as Plot from '@observablehq/plot'
import type { SummaryRow } from '../../library/index.js'
import { type Html, html } from '../html.js'
import { plot } from '../plot.js'
import { plotSymbol } from '../plot-symbol.js'
import type { ReportData } from '../report-data.js'
import { cssColor, type Series, type StyleOf } from '../style-of.js'
import { interval, seriesMark } from '../words.js'

/** The distance in pixels between intervals at the same number of shots. */
const spacing = 5

/** Accuracy by number of shots with intervals, as a plot and a table. */
export function accuracySection({ rows, nameOf, styleOf, testDataset }: ReportData): Html {
  const series = seriesOf(rows)
  const shots = [...new Set(rows.map((row) => row.shots))].sort((a, b) => a - b)
  const seeds = Math.max(...rows.map(({ accuracy }) => accuracy.n))
  const on = testDataset === null ? 'test images' : `test images of ${testDataset}`
  const rowOf = ({ method, space }: Series, at: number) =>
    rows.find((row) => row.method === method && row.space === space && row.shots === at)
  const best = shots.map((at) =>
    Math.max(...rows.filter((row) => row.shots === at).map(({ accuracy }) => accuracy.mean)),
  )
  return html`<section>
<h2>Accuracy by number of shots</h2>
<figure>
${plot(`Accuracy on ${on} by number of shots, for ${series.length} methods. The table below has the numbers.`, (width) => draw(rows, series, styleOf, shots, width))}
<figcaption>Share of ${on} classified correctly, in %, by labelled images per class. ${seeds > 1 ? `Means over ${seeds} support sets, with 95 % intervals over images and support sets.` : 'One support set, with 95 % intervals over images for this support set.'}</figcaption>
</figure>
<div class="scroll"><table>
<thead><tr><th>method</th>${shots.map((at) => html`<th class="number">${at} ${at === 1 ? 'shot' : 'shots'}</th>`)}</tr></thead>
<tbody>${series.map(
    (each) =>
      html`<tr><td class="name">${seriesMark(styleOf(each))}${nameOf(each)}</td>${shots.map((at, i) => {
        const row = rowOf(each, at)
        const mark = row?.accuracy.mean === best[i] ? 'number best' : 'number'
        return html`<td class="${mark}">${row ? interval(row.accuracy) : '–'}</td>`
      })}</tr>`,
  )}</tbody></table></div>
${rows.flatMap((row) =>
  row.error === undefined
    ? []
    : [html`<p>${nameOf(row)}, ${row.shots} ${row.shots === 1 ? 'shot' : 'shots'}: ${row.error}</p>`],
)}
</section>`
}

const seriesOf = (rows: readonly SummaryRow[]): Series[] => [
  ...new Map(rows.map(({ method, space }) => [JSON.stringify([method, space]), { method, space }])).values(),
]

function draw(
  rows: readonly SummaryRow[],
  series: readonly Series[],
  styleOf: StyleOf,
  shots: readonly number[],
  width: number,
): Plot.PlotOptions {
  const [least, most] = [Math.min(...shots), Math.max(...shots)]
  const step = Math.min(spacing, (width / shots.length / series.length) * 0.5)
  return {
    height: width > 500 ? 380 : 320,
    marginLeft: 40,
    marginBottom: 42,
    x: {
      type: 'log',
      base: 2,
      domain: least === most ? [least / 2, most * 2] : [least, most],
      inset: 12 + (step * series.length) / 2,
      ticks: [...shots],
      tickFormat: String,
      tickSize: 0,
      tickPadding: 8,
      label: 'shots',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { label: '%', labelArrow: 'none', nice: true, ticks: 6, tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 6 }),
      ...series.flatMap(({ method, space }, i) => {
        const { color, marker, dash } = styleOf({ method, space })
        const stroke = cssColor(color)
        const points = rows
          .filter((row) => row.method === method && row.space === space)
          .map(({ shots: at, accuracy }) => ({ at, ...accuracy }))
          .sort((a, b) => a.at - b.at)
        const place = { x: 'at', dx: (i - (series.length - 1) / 2) * step }
        return [
          Plot.ruleX(points, {
            ...place,
            y1: 'low',
            y2: 'high',
            stroke,
            strokeWidth: 1.5,
            strokeOpacity: 0.55,
          }),
          Plot.lineY(points, {
            ...place,
            y: 'mean',
            stroke,
            strokeWidth: 1.8,
            ...(dash !== null && { strokeDasharray: dash }),
          }),
          Plot.dot(points, {
            ...place,
            y: 'mean',
            fill: stroke,
            symbol: plotSymbol(marker),
            r: 4,
            stroke: 'var(--surface)',
            strokeWidth: 0.8,
          }),
        ]
      }),
    ],
  }
}

import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { interval, seriesMark } from '../words.js'

/** The accuracy lost on another dataset's test images, if the comparison has one. */
export function robustnessSection({ rows, dataset, testDataset, nameOf }: ReportData): Html | null {
  const dropped = rows.filter(({ drop }) => drop !== null)
  if (testDataset === null || dropped.length === 0) return null
  const most = Math.max(...dropped.map(({ shots }) => shots))
  const shown = dropped
    .filter(({ shots }) => shots === most)
    .sort((a, b) => (a.drop?.mean ?? 0) - (b.drop?.mean ?? 0))
  return html`<section>
<h2>Accuracy lost on other images</h2>
<p>Fitted on ${dataset}, tested on ${testDataset}: the accuracy on the test images of the first minus the accuracy on those of the second, in points, for the same fitted methods at ${most} ${most === 1 ? 'shot' : 'shots'}. Smallest loss first.</p>
<div class="scroll"><table>
<thead><tr><th>method</th><th class="number">accuracy %</th><th class="number">lost, points</th></tr></thead>
<tbody>${shown.map((row) => html`<tr><td class="name">${seriesMark(row)}${nameOf(row)}</td><td class="number">${interval(row.accuracy)}</td><td class="number">${row.drop && interval(row.drop)}</td></tr>`)}</tbody></table></div>
</section>`
}

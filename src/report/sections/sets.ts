import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { interval, percentOf, seriesMark } from '../words.js'

/** Sets of classes that hold the right one as often as promised, at the largest number of shots. */
export function setsSection({ rows, recommendation, nameOf, styleOf }: ReportData): Html | null {
  const { shots } = recommendation
  const shown = rows
    .flatMap((row) => (row.shots === shots && row.sets ? [{ row, sets: row.sets }] : []))
    .sort((a, b) => a.sets.size.mean - b.sets.size.mean)
  const [first] = shown
  if (!first) return null
  const unknown = shown.some(({ sets }) => sets.unknown !== null)
  return html`<section>
<h2>Sets of classes</h2>
<p>Instead of one class, a method can answer with all classes that may be right. Each set is made to hold the right class for ${percentOf(first.sets.promised)} of images. At ${shots} ${shots === 1 ? 'shot' : 'shots'}, smallest sets first, with 95\u00a0% intervals over images${first.sets.coverage.n > 1 ? ' and support sets' : ' for this support set'}.${unknown ? ' An image of no class is turned away if its set is empty.' : ''}</p>
<div class="scroll"><table>
<thead><tr><th>method</th><th class="number">right class in the set, %</th><th class="number">classes in a set</th><th class="number">empty sets, %</th>${unknown && html`<th class="number">of no class: turned away, %</th><th class="number">AUROC</th>`}</tr></thead>
<tbody>${shown.map(
    ({ row, sets }) =>
      html`<tr><td class="name">${seriesMark(styleOf(row))}${nameOf(row)}</td><td class="number">${interval(sets.coverage)}</td><td class="number">${interval(sets.size)}</td><td class="number">${interval(sets.empty)}</td>${unknown && html`<td class="number">${sets.unknown && interval(sets.unknown.turnedAway)}</td><td class="number">${sets.unknown?.areaUnderRoc?.toFixed(3) ?? ''}</td>`}</tr>`,
  )}</tbody></table></div>
${unknown && html`<p class="note">AUROC: the chance that an image of a known class gets a more probable prediction than one of no class. 0.5 is no better than a guess, 1 is always.</p>`}
</section>`
}

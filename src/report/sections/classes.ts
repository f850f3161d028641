import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { seriesMark, signed } from '../words.js'

/** Classes shown at once. The others can be unfolded. */
const maxAtOnce = 40

/** The recommended method's accuracy in each class, and its difference to other methods. */
export function classesSection(data: ReportData): Html | null {
  const { contrasts, recommendation, nameOf, styleOf } = data
  const [first] = contrasts
  if (!first) return null
  const order = [...first.deltas].sort((a, b) => a.accuracy - b.accuracy).map(({ classIndex }) => classIndex)
  const head = html`<thead><tr><th>class</th><th class="number">${seriesMark(styleOf(recommendation))}${nameOf(recommendation)}</th>${contrasts.map(
    (each) => html`<th class="number">against ${seriesMark(styleOf(each))}${nameOf(each)}</th>`,
  )}<th class="number">images</th></tr></thead>`
  const table = (classes: readonly number[]) =>
    html`<div class="scroll"><table class="classes">${head}<tbody>${classes.map((index) => rowOf(data, index))}</tbody></table></div>`
  const rest = order.slice(maxAtOnce)
  return html`<section>
<h2>Class by class</h2>
<p class="note">Accuracy in % at ${recommendation.shots} ${recommendation.shots === 1 ? 'shot' : 'shots'} over all support sets, hardest classes first, and the difference to other methods in points. Bold: the difference is significant (${recommendation.accuracy.n > 1 ? 'a test over images and support sets' : 'McNemar’s test, for this support set'}, with Holm correction for the number of classes).</p>
${table(order.slice(0, maxAtOnce))}
${rest.length > 0 && html`<details><summary>${rest.length} more classes</summary>${table(rest)}</details>`}
</section>`
}

function rowOf({ contrasts, classes }: ReportData, index: number): Html {
  const deltaOf = ({ deltas }: ReportData['contrasts'][number]) =>
    deltas.find(({ classIndex }) => classIndex === index)
  const own = contrasts[0] && deltaOf(contrasts[0])
  return html`<tr><td class="class">${classes[index]?.name}</td><td class="number"><span class="bar" style="--share:${(own?.accuracy ?? 0).toFixed(1)}%"></span>${own?.accuracy.toFixed(1)}</td>${contrasts.map(
    (contrast) => {
      const delta = deltaOf(contrast)
      if (!delta) return html`<td class="number">–</td>`
      const sign = delta.difference > 0 ? 'ahead' : delta.difference < 0 ? 'behind' : ''
      const sure = delta.adjustedPValue !== null && delta.adjustedPValue < 0.05 ? ' sure' : ''
      return html`<td class="number ${sign}${sure}">${delta.difference === 0 ? '0.0' : signed(delta.difference)}</td>`
    },
  )}<td class="number">${own?.images}</td></tr>`
}

import { type Confidence, formatP, type Rival } from '../../library/index.js'
import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { interval, percent, seriesMark, signed } from '../words.js'

const chips: Readonly<Record<Confidence, string>> = {
  CLEAR: 'clearly better',
  LIKELY: 'likely better',
  TIE: 'a tie',
}

/** The recommended method and the tests behind it. */
export function verdictSection(data: ReportData): Html {
  const { recommendation, recommendations, nameOf, styleOf } = data
  return html`<section class="verdict">
<h2>Which method to use</h2>
<p class="lead">${recommendation.text}</p>
${overlapOf(data)}
${recommendations.length > 1 && byShots(data)}
${
  recommendation.rivals.length > 0 &&
  html`<h3>${nameOf(recommendation)} compared with the others, ${shotsOf(recommendation.shots)}</h3>
<div class="scroll"><table>
<thead><tr><th>method</th><th>the recommended one is</th><th class="number">accuracy %</th><th class="number">lead, points</th><th class="number">support sets won</th><th class="number">p, corrected</th></tr></thead>
<tbody>
<tr class="chosen"><td class="name">${seriesMark(styleOf(recommendation))}${nameOf(recommendation)}</td><td>recommended</td><td class="number">${interval(recommendation.accuracy)}</td><td></td><td></td><td></td></tr>
${recommendation.rivals.map(
  (rival) =>
    html`<tr><td class="name">${seriesMark(styleOf(rival))}${nameOf(rival)}</td><td><span class="chip ${rival.confidence.toLowerCase()}">${chips[rival.confidence]}</span></td><td class="number">${interval(rival.accuracy)}</td><td class="number">${spreadOf(rival)}</td><td class="number">${rival.lead.setsWon} of ${rival.lead.n}</td><td class="number">${rival.adjustedPValue === null ? '–' : formatP(rival.adjustedPValue).replace(/^p (= )?/, '')}</td></tr>`,
)}
</tbody></table></div>
<p class="note">${howSure(data)} The p-values are multiplied by ${recommendation.pairs}, the number of pairs of methods, because the best method is chosen after seeing the results. Clearly better: p below 0.05, and ahead with every one of at least three support sets.</p>`
}
</section>`
}

/** What intervals and p-values hold for. */
function howSure(data: ReportData): string {
  const sets = data.recommendation.accuracy.n
  const images = `${testImages(data)} test images`
  return sets > 1
    ? `Ranges are 95 % intervals over the ${images} and the ${sets} support sets: both are samples, and more support sets do not count as more images.`
    : `Ranges are 95 % intervals over the ${images} for this support set. They say nothing about other support sets. The test is McNemar’s.`
}

const spreadOf = ({ lead }: Rival): Html =>
  lead.low === null || lead.high === null
    ? html`${signed(lead.mean)}`
    : html`${signed(lead.mean)} <span class="range">${signed(lead.low)} to ${signed(lead.high)}</span>`

/** The best method at each number of shots. */
function byShots({ recommendations, nameOf, styleOf }: ReportData): Html {
  const others = recommendations.slice(0, -1)
  return html`<h3>With fewer images</h3>
<ul class="shots">${others.map((each) => {
    const tied = each.rivals.filter(({ confidence }) => confidence === 'TIE')
    return html`<li><b>${shotsOf(each.shots)}</b> ${seriesMark(styleOf(each))}${nameOf(each)}, ${percent(each.accuracy.mean)}: ${
      tied.length > 0
        ? `a tie with ${tied.map(nameOf).join(', ')}`
        : `${chips[each.confidence]} than all others`
    }</li>`
  })}</ul>`
}

/** How the recommended space reduces the overlap, and what it gains. That one causes the other is not claimed. */
function overlapOf({
  recommendation: { method, space, shots },
  correlation,
  nameOf,
}: ReportData): Html | null {
  if (typeof correlation === 'string') return null
  const point = correlation.points.find(
    (each) => each.method === method && each.space === space && each.shots === shots,
  )
  if (!point || point.reduction <= 0 || point.gain <= 0) return null
  return html`<p>It compares images in ${point.space}. There, the similarities within a class and between classes overlap by ${percent(100 * point.overlap)}; in clip they overlap by ${percent(100 * point.clipOverlap)}. The gain over the same method in clip (${nameOf({ method, space: 'clip' })}) is ${signed(point.gain)} points.</p>`
}

const testImages = ({ runs }: ReportData): number =>
  Math.max(0, ...runs.map(({ result }) => result?.testImages ?? 0))

const shotsOf = (shots: number): string => `${shots} ${shots === 1 ? 'shot' : 'shots'}`

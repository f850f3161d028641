import { type Confidence, formatP } from '../../library/index.js'
import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import { interval, percent, seriesMark, signed } from '../words.js'

const chips: Readonly<Record<Confidence, string>> = {
  CLEAR: 'clearly better',
  LIKELY: 'likely better',
  TIE: 'a tie',
}

/** Which method to use, in words, and what that rests on. */
export function verdictSection(data: ReportData): Html {
  const { recommendation, recommendations, nameOf, styleOf } = data
  return html`<section class="verdict">
<h2>Which method to use</h2>
<p class="lead">${recommendation.text}</p>
${why(data)}
${recommendations.length > 1 && byShots(data)}
${
  recommendation.rivals.length > 0 &&
  html`<h3>${nameOf(recommendation)} against the others, ${shotsOf(recommendation.shots)}</h3>
<div class="scroll"><table>
<thead><tr><th>method</th><th>recommended one is</th><th class="number">accuracy %</th><th class="number">lead, points</th><th class="number">support sets won</th><th class="number">p, corrected</th></tr></thead>
<tbody>
<tr class="chosen"><td class="name">${seriesMark(styleOf(recommendation))}${nameOf(recommendation)}</td><td>recommended</td><td class="number">${interval(recommendation.accuracy)}</td><td></td><td></td><td></td></tr>
${recommendation.rivals.map(
  (rival) =>
    html`<tr><td class="name">${seriesMark(styleOf(rival))}${nameOf(rival)}</td><td><span class="chip ${rival.confidence.toLowerCase()}">${chips[rival.confidence]}</span></td><td class="number">${interval(rival.accuracy)}</td><td class="number">${signed(rival.lead.mean)}</td><td class="number">${rival.seedsWon} of ${rival.lead.n}</td><td class="number">${formatP(rival.adjustedPValue).replace(/^p (= )?/, '')}</td></tr>`,
)}
</tbody></table></div>
<p class="note">Tested on the ${testImages(data)} test images by flipping the sign of each image's difference over the support sets, so that several support sets do not pass for more images; p-values are multiplied by ${recommendation.pairs}, the number of pairs of methods, since which one is the best is known only after looking. Clearly better: below 0.05, and ahead with every support set of at least three.</p>`
}
</section>`
}

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

/** What the recommended space does to the overlap. */
function why({ recommendation: { method, space, shots }, correlation, nameOf }: ReportData): Html | null {
  if (typeof correlation === 'string') return null
  const point = correlation.points.find(
    (each) => each.method === method && each.space === space && each.shots === shots,
  )
  if (!point || point.reduction <= 0 || point.gain <= 0) return null
  return html`<p>Why: it compares images in ${point.space}, where similarities of images of one class and of different classes overlap by ${percent(100 * point.overlap)} instead of ${percent(100 * point.clipOverlap)} in clip. Against the same method in clip (${nameOf({ method, space: 'clip' })}), that is worth ${signed(point.gain)} points here.</p>`
}

const testImages = ({ runs }: ReportData): number =>
  Math.max(0, ...runs.map(({ result }) => result?.testImages ?? 0))

const shotsOf = (shots: number): string => `${shots} ${shots === 1 ? 'shot' : 'shots'}`

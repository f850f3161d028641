import type { DisagreementKind } from '../../library/index.js'
import type { ShownDisagreement } from '../disagreement-images.js'
import { type Html, html } from '../html.js'
import type { ReportData } from '../report-data.js'
import type { Series } from '../style-of.js'
import { seriesMark } from '../words.js'

/** Test images for which the recommended method and another one predict different classes. */
export function disagreementsSection(data: ReportData): Html | null {
  const { recommendation, disagreements, nameOf, styleOf } = data
  if (!disagreements) return null
  const { other, images } = disagreements
  const [name, otherName] = [nameOf(recommendation), nameOf(other)]
  const titles: Readonly<Record<DisagreementKind, string>> = {
    METHOD_RIGHT: `${name} is right`,
    BASELINE_RIGHT: `${otherName} is right`,
    BOTH_WRONG: 'Both are wrong',
  }
  return html`<section>
<h2>Where they disagree</h2>
<p class="note">Test images for which ${seriesMark(styleOf(recommendation))}${name} and ${seriesMark(styleOf(other))}${otherName} predict different classes (a selection), at ${recommendation.shots} ${recommendation.shots === 1 ? 'shot' : 'shots'}, seed ${images[0]?.seed}.</p>
${Object.entries(titles).map(([kind, title]) => {
  const some = images.filter((each) => each.kind === kind)
  return (
    some.length > 0 &&
    html`<h3>${title}</h3><ul class="images">${some.map((each) => imageOf(data, other, each))}</ul>`
  )
})}
</section>`
}

function imageOf(
  { classes, recommendation, styleOf }: ReportData,
  other: Series,
  disagreement: ShownDisagreement,
): Html {
  const { classIndex, prediction, baselinePrediction } = disagreement
  const classOf = (index: number) => classes[index]?.name ?? ''
  const predictionMark = (series: Series, index: number) =>
    index === classIndex
      ? html`<span class="right">${seriesMark(styleOf(series))}✓ ${classOf(index)}</span>`
      : html`<span class="wrong">${seriesMark(styleOf(series))}✗ ${classOf(index)}</span>`
  const picture =
    'dataUri' in disagreement
      ? html`<img src="${disagreement.dataUri}" alt="${classOf(classIndex)}">`
      : html`<span class="note">${disagreement.problem}</span>`
  return html`<li>${picture}<b>${classOf(classIndex)}</b>
${predictionMark(recommendation, prediction.classIndex)}
${predictionMark(other, baselinePrediction.classIndex)}</li>`
}

import * as Plot from '@observablehq/plot'
import { type Html, html } from '../html.js'
import { plot } from '../plot.js'
import type { ReportData } from '../report-data.js'

/** The similarity histograms of each space and their overlap. */
export function overlapSection({ overlap, recommendation, classes }: ReportData): Html {
  if (typeof overlap === 'string') {
    return html`<section><h2>Intra-modal overlap</h2><p class="note">It could not be measured. ${overlap}</p></section>`
  }
  const [first] = overlap.spaces
  const { modalityGap } = overlap
  const pairs = overlap.spaces.find(({ space }) => space === recommendation.space) ?? first
  return html`<section>
<h2>Intra-modal overlap</h2>
<p>Methods with a cache compare images with images. This can work only if images of one class are more similar than images of different classes. Overlap 0 means that the two histograms are separated, 1 that they are indistinguishable. Kravets and Namboodiri (arXiv 2409.11338) found that less overlap goes with more accuracy; the next section says whether it does here.</p>
<div class="multiples">
${overlap.spaces.map(
  (each) => html`<figure>
<figcaption><b>${each.space}</b> overlap ${each.overlap.value.toFixed(3)} <span class="range">${each.overlap.low.toFixed(3)}–${each.overlap.high.toFixed(3)}</span></figcaption>
${plot(
  `Histogram of cosine similarities in ${each.space}: pairs of one class and pairs of different classes overlap by ${each.overlap.value.toFixed(3)}.`,
  () => draw(each),
)}
</figure>`,
)}
</div>
<p class="legend"><span class="swatch same"></span>pairs of images of one class <span class="swatch different"></span>pairs of different classes</p>
<div class="scroll"><table>
<thead><tr><th>space</th><th class="number">overlap</th><th class="number">AUC</th><th class="number">mean, same class</th><th class="number">mean, different</th><th class="number">variance within / between</th></tr></thead>
<tbody>${overlap.spaces.map(
    (each) =>
      html`<tr><td>${each.space}</td><td class="number">${each.overlap.value.toFixed(3)}</td><td class="number">${each.auc.toFixed(3)}</td><td class="number">${number(each.meanSame)}</td><td class="number">${number(each.meanDifferent)}</td><td class="number">${each.variance.ratio.toFixed(2)}</td></tr>`,
  )}</tbody></table></div>
<p class="note">Cosine similarities of all pairs of ${first?.images ?? 0} test images${first?.sampled ? ' (a seeded sample)' : ''}; fitted spaces use a support set of ${recommendation.shots} ${recommendation.shots === 1 ? 'shot' : 'shots'} per class. AUC: the probability that a pair of one class is more similar than a pair of different classes. Modality gap in clip: the mean similarity of an image to its own class's texts is ${number(modalityGap.rightClass)}, to other classes' texts ${number(modalityGap.wrongClass)}; the means of images and texts are ${modalityGap.distance.toFixed(3)} apart.</p>
${
  pairs &&
  pairs.classPairs.length > 0 &&
  html`<p>Classes that overlap most in ${pairs.space}: ${pairs.classPairs.slice(0, 5).map((pair, i) => `${i > 0 ? ', ' : ''}${classes[pair.first]?.name} and ${classes[pair.second]?.name} (${pair.overlap.toFixed(2)})`)}.</p>`
}
</section>`
}

const number = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(3).replace('-', '−') : 'none'

function draw({
  edges,
  same,
  different,
}: {
  readonly edges: Float64Array
  readonly same: Float64Array
  readonly different: Float64Array
}): Plot.PlotOptions {
  const share = (counts: Float64Array) => {
    const sum = counts.reduce((total, count) => total + count, 0)
    return Array.from(counts, (count) => (sum > 0 ? (100 * count) / sum : 0))
  }
  const [own, other] = [share(same), share(different)]
  const isFilled = own.map((value, i) => value > 0 || (other[i] as number) > 0)
  const [first, last] = [isFilled.indexOf(true), isFilled.lastIndexOf(true)]
  const [from, to] = [edges[first] as number, edges[last + 1] as number]
  // Each bin's value applies from its left edge. The last value is repeated at its right edge.
  const steps = Array.from({ length: last - first + 2 }, (_, i) => ({
    x: edges[first + i] as number,
    same: own[Math.min(last, first + i)] as number,
    different: other[Math.min(last, first + i)] as number,
  }))
  return {
    height: 210,
    marginTop: 28,
    marginLeft: 34,
    marginBottom: 34,
    x: {
      domain: [from, to],
      ticks: 5,
      tickSize: 0,
      tickPadding: 6,
      label: 'cosine similarity',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { label: '% of pairs', labelArrow: 'none', ticks: 4, tickSize: 0, nice: true },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 4 }),
      ...(['different', 'same'] as const).flatMap((kind) => {
        const colour = `var(--${kind})`
        const place = { x: 'x', y: kind, curve: 'step-after' } as const
        return [
          Plot.areaY(steps, { ...place, fill: colour, fillOpacity: 0.4 }),
          Plot.lineY(steps, {
            ...place,
            stroke: colour,
            strokeWidth: 1.5,
            ...(kind === 'different' && { strokeDasharray: '3 2' }),
          }),
        ]
      }),
      Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
    ],
  }
}

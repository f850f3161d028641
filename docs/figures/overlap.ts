// Draws docs/images/overlap.svg and docs/images/correlation.svg from the demo: the similarities of images of one class and of
// different classes in some spaces, and what less overlap is worth. Run: npx tsx docs/figures/overlap.ts
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OverlapReport } from '../../src/comparisons/overlap.js'
import type { OverlapCorrelation } from '../../src/comparisons/overlap-correlation.js'
import { openLibrary } from '../../src/library/library.js'
import { colorOf } from '../../src/methods/colors.js'
import { readSettings } from '../../src/settings/settings.js'
import { lineStyleOf } from '../../src/spaces/line-style.js'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shown = ['clip', 'imo', 'centred', 'whitened', 'shrunk', 'imo+shrunk']
const colours = { same: '#2563b8', different: '#b5482a' }
const methods = ['tip-adapter', 'tip-x', 'prototype']

const folder = await mkdtemp(join(tmpdir(), 'shotboard-figures-'))
const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: folder }))
const { dataset } = await library.imports.importPath(here('../../demo/fashion-mnist'))
const overlap = await library.overlap({ dataset: dataset.id, split: 'TEST', spaces: shown, bins: 100 })
const { id } = await library.comparisons.compare({
  dataset: dataset.id,
  shots: [1, 2, 4, 8, 16],
  seeds: [1, 2, 3],
  methods: methods.flatMap((method) => shown.map((space) => ({ method, space }))),
  selection: 'VALIDATION',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(id)
const correlation = await library.overlapCorrelation([id])
await library.close()
await rm(folder, { recursive: true })
writeFileSync(here('../images/overlap.svg'), histograms(overlap))
writeFileSync(here('../images/correlation.svg'), scatter(correlation))
for (const { space, overlap: measured, auc } of overlap.spaces)
  console.log(space, measured.value.toFixed(3), auc.toFixed(3))
console.log(correlation.text, JSON.stringify(correlation.spearman), correlation.n, 'points')

/** Small panels, one a space, all on the same axis of cosines. */
function histograms({ spaces }: OverlapReport): string {
  const [panelWidth, panelHeight, gap, perRow] = [250, 130, 24, 3]
  const panels = spaces.map(({ space, edges, overlap: measured, ...counts }, i) => {
    const [same, different] = [sharesOf(counts.same), sharesOf(counts.different)]
    const [left, top] = [
      16 + (i % perRow) * (panelWidth + gap),
      52 + Math.floor(i / perRow) * (panelHeight + 62),
    ]
    const most = Math.max(...same, ...different)
    const x = (cosine: number) => left + (panelWidth * (cosine + 1)) / 2
    const y = (share: number) => top + panelHeight * (1 - share / most)
    const area = (shares: Float64Array, colour: string) => {
      const points = [...shares].flatMap((share, bin) =>
        [edges[bin], edges[bin + 1]].map((edge) => `${x(edge as number).toFixed(1)},${y(share).toFixed(1)}`),
      )
      const closed = `${x(-1)},${y(0)} ${points.join(' ')} ${x(1)},${y(0)}`
      return `<polygon points="${closed}" fill="${colour}" fill-opacity="0.25" stroke="${colour}" stroke-width="1.2"/>`
    }
    const ticks = [-1, -0.5, 0, 0.5, 1].map(
      (tick) =>
        `<text x="${x(tick)}" y="${top + panelHeight + 15}" text-anchor="middle" font-size="10">${String(tick).replace('-', '−')}</text>`,
    )
    return `<text x="${left}" y="${top - 8}" font-size="13" font-weight="600">${space}</text>
<text x="${left + panelWidth}" y="${top - 8}" text-anchor="end">overlap ${measured.value.toFixed(3)}</text>
${area(different, colours.different)}
${area(same, colours.same)}
<line x1="${left}" y1="${top + panelHeight}" x2="${left + panelWidth}" y2="${top + panelHeight}" stroke="#39414d"/>
${ticks.join('')}`
  })
  const height = 52 + Math.ceil(spaces.length / perRow) * (panelHeight + 62)
  return svg(
    16 + perRow * (panelWidth + gap),
    height,
    'Similarities of images of one class and of different classes, in some feature spaces',
    `<rect x="16" y="12" width="12" height="12" fill="${colours.same}" fill-opacity="0.5"/><text x="34" y="22">same class</text>
<rect x="120" y="12" width="12" height="12" fill="${colours.different}" fill-opacity="0.5"/><text x="138" y="22">different classes</text>
<text x="${16 + perRow * (panelWidth + gap) - gap}" y="22" text-anchor="end">cosine similarity, share of pairs a bin</text>
${panels.join('\n')}`,
  )
}

/** Each of the two distributions sums to 1, however many pairs it has. */
function sharesOf(pairs: Float64Array): Float64Array {
  const sum = pairs.reduce((total, count) => total + count, 0)
  return pairs.map((count) => count / sum)
}

/** A space's marker, as in all plots. */
function markerOf(space: string): string {
  return lineStyleOf(library.registry.space(space)).marker.path
}

/** A method's colour, as in all plots. */
function colourOf(method: string): string {
  return colorOf(library.registry.method(method)).light
}

/** A point for each method, number of shots and space: reduction of overlap against gain in accuracy. */
function scatter({ points, n, pearson, spearman }: OverlapCorrelation): string {
  const [left, top, width, height] = [64, 48, 560, 330]
  const reach = (values: readonly number[]) => {
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
    const margin = 0.06 * (high - low)
    return [low - margin, high + margin] as const
  }
  const [x0, x1] = reach(points.map(({ reduction }) => reduction))
  const [y0, y1] = reach(points.map(({ gain }) => gain))
  const x = (value: number) => left + (width * (value - x0)) / (x1 - x0)
  const y = (value: number) => top + height * (1 - (value - y0) / (y1 - y0))
  const steps = (low: number, high: number, step: number) =>
    Array.from(
      { length: Math.floor(high / step) - Math.ceil(low / step) + 1 },
      (_, i) => (Math.ceil(low / step) + i) * step,
    )
  const label = (value: number, digits: number) => value.toFixed(digits).replace('-', '−')
  const xTicks = steps(x0, x1, 0.05).map(
    (tick) =>
      `<line x1="${x(tick)}" y1="${top}" x2="${x(tick)}" y2="${top + height}" stroke="#e3e7ec"/><text x="${x(tick)}" y="${top + height + 16}" text-anchor="middle">${label(tick, 2)}</text>`,
  )
  const yTicks = steps(y0, y1, 5).map(
    (tick) =>
      `<line x1="${left}" y1="${y(tick)}" x2="${left + width}" y2="${y(tick)}" stroke="#e3e7ec"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${label(tick, 0)}</text>`,
  )
  const dots = points.map(({ space, reduction, gain, shots, method }) => {
    const place = `translate(${x(reduction).toFixed(1)} ${y(gain).toFixed(1)}) scale(${(0.6 + Math.log2(shots) / 5).toFixed(2)})`
    return `<path d="${markerOf(space)}" transform="${place}" fill="${colourOf(method)}" fill-opacity="0.65"><title>${method} in ${space}, ${shots} shots</title></path>`
  })
  const entries = [
    ...shown.filter((space) => space !== 'clip').map((space) => [space, markerOf(space), '#39414d']),
    ...methods.map((method) => [method, markerOf('clip'), colourOf(method)]),
  ]
  const legend = entries.map(
    ([name, path, colour], i) =>
      `<path d="${path}" transform="translate(${left + width + 24} ${top + 12 + 22 * i}) scale(1.2)" fill="${colour}" fill-opacity="0.75"/><text x="${left + width + 36}" y="${top + 16 + 22 * i}">${name}</text>`,
  )
  const told =
    pearson && spearman
      ? `Pearson ${label(pearson.value, 2)}, Spearman ${label(spearman.value, 2)}, ${n} points`
      : ''
  return svg(
    left + width + 140,
    top + height + 52,
    'Reduction of overlap against gain in accuracy',
    `<text x="${left}" y="26" font-size="14">Gain in accuracy over the same method in clip, in points. ${told}</text>
${xTicks.join('')}${yTicks.join('')}
<line x1="${x(0)}" y1="${top}" x2="${x(0)}" y2="${top + height}" stroke="#39414d"/><line x1="${left}" y1="${y(0)}" x2="${left + width}" y2="${y(0)}" stroke="#39414d"/>
${dots.join('\n')}
${legend.join('')}
<text x="${left + width / 2}" y="${top + height + 40}" text-anchor="middle">reduction of the overlap of the test images, against clip; larger points have more shots</text>`,
  )
}

function svg(width: number, height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#39414d">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${content}
</svg>
`
}

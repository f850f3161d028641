// Draws docs/images/accuracy.svg from docs/accuracy.csv: the mean gain of methods over zero-shot CLIP, with and without texts.
// Run: npx tsx docs/figures/accuracy.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const datasets = ['caltech61', 'dtd']
const texts = [
  ['Prototype with texts, plda', 'text-prototype', 'plda', '#cb7e00'],
  ['Shared prototype, plda', 'shared-prototype', 'plda', '#541791'],
  ['Prototype, shrunk', 'prototype', 'shrunk', '#00654a'],
  ['TIMO', 'timo', 'clip', '#93202e'],
  ['Gaussian discriminant', 'gda', 'clip', '#cf5fae'],
  ['TransCLIP', 'transclip', 'clip', '#5f6368'],
  ['Tip-Adapter', 'tip-adapter', 'clip', '#0b57d0'],
] as const
const alone = [
  ['Shared prototype, plda', 'shared-prototype', 'plda', '#541791'],
  ['Prototype, plda', 'prototype', 'plda', '#cb7e00'],
  ['Prototype, shrunk', 'prototype', 'shrunk', '#00654a'],
  ['Gaussian discriminant', 'gda', 'clip', '#cf5fae'],
  ['Tip-Adapter', 'tip-adapter', 'clip', '#0b57d0'],
] as const

const rows = readFileSync(here('../accuracy.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))

/** The mean over data sets of the gain, and its standard error over their images. */
function point(method: string, space: string, shots: number, texts: boolean) {
  const found = rows.filter(
    ([dataset = '', k, selection, t, m, s]) =>
      datasets.includes(dataset) &&
      Number(k) === shots &&
      selection === 'VALIDATION' &&
      t === String(texts) &&
      m === method &&
      s === space,
  )
  const gains = found.map((row) => Number(row[8]))
  const squares = found.reduce((sum, row) => sum + Number(row[9]) ** 2, 0)
  return { gain: gains.reduce((a, b) => a + b, 0) / gains.length, error: Math.sqrt(squares) / gains.length }
}

const counts = [1, 2, 4, 8, 16]
const [plot, legend, height] = [340, 190, 340]
const [top, bottom] = [44, height - 50]

interface Panel {
  readonly title: string
  readonly lines: readonly (readonly [name: string, method: string, space: string, color: string])[]
  readonly withTexts: boolean
  readonly ticks: readonly number[]
  readonly left: number
}

/** A panel, with its legend at the right, in the order of the lines at their ends. */
function panel({ title, lines, withTexts, ticks, left }: Panel): string {
  const [low = 0, high = 0] = [ticks[0], ticks.at(-1)]
  const x = (i: number) => left + 16 + (i / (counts.length - 1)) * (plot - 32)
  const y = (gain: number) => bottom - ((gain - low) / (high - low)) * (bottom - top)
  const all = lines
    .map(([name, method, space, color]) => ({
      ...{ name, color },
      points: counts.map((k) => point(method, space, k, withTexts)),
    }))
    .sort((a, b) => (b.points.at(-1)?.gain ?? 0) - (a.points.at(-1)?.gain ?? 0))
  return [
    `<text x="${left}" y="22" font-weight="600">${title}</text>`,
    ...ticks.map((tick) => {
      const at = y(tick).toFixed(1)
      const color = tick === 0 ? '#888' : '#ddd'
      return `<line x1="${left}" x2="${left + plot}" y1="${at}" y2="${at}" stroke="${color}"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick > 0 ? '+' : ''}${tick}</text>`
    }),
    ...counts.map((k, i) => `<text x="${x(i)}" y="${bottom + 20}" text-anchor="middle">${k}</text>`),
    `<text x="${left + plot / 2}" y="${bottom + 40}" text-anchor="middle">labelled images of each class</text>`,
    ...all.map(({ name, color, points }, at) => {
      // Side by side, so that no interval hides another.
      const along = (i: number) => (x(i) + 4 * (at - (all.length - 1) / 2)).toFixed(1)
      const path = points.map(({ gain }, i) => `${along(i)},${y(gain).toFixed(1)}`).join(' ')
      const bars = points.map(
        ({ gain, error }, i) =>
          `<line x1="${along(i)}" x2="${along(i)}" y1="${y(gain - 1.96 * error).toFixed(1)}" y2="${y(gain + 1.96 * error).toFixed(1)}" stroke="${color}"/><circle cx="${along(i)}" cy="${y(gain).toFixed(1)}" r="2.5" fill="${color}"/>`,
      )
      const height = top + 10 + 20 * at
      const label = `<line x1="${left + plot + 10}" x2="${left + plot + 24}" y1="${height}" y2="${height}" stroke="${color}" stroke-width="3"/><text x="${left + plot + 30}" y="${height + 4}">${name}</text>`
      return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>${bars.join('')}${label}`
    }),
  ].join('\n')
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * (40 + plot + legend)} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<title>Mean gain over zero-shot CLIP against shots</title>
<rect width="100%" height="100%" fill="#fff"/>
${panel({ title: 'With texts: points over zero-shot CLIP', lines: texts, withTexts: true, ticks: [0, 5, 10, 15], left: 40 })}
${panel({ title: 'Images alone: points over zero-shot CLIP', lines: alone, withTexts: false, ticks: [-20, -15, -10, -5, 0, 5, 10, 15], left: 80 + plot + legend })}
</svg>
`
writeFileSync(here('../images/accuracy.svg'), svg)

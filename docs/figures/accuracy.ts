// Draws docs/images/accuracy.svg from docs/accuracy.csv: the mean gain of methods over zero-shot CLIP, with and without texts.
// Run: npx tsx docs/figures/accuracy.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const datasets = ['caltech61', 'dtd']
const shown = [
  ['tip-adapter', 'clip', '#0b57d0'],
  ['gda', 'clip', '#cf5fae'],
  ['timo', 'clip', '#93202e'],
  ['prototype', 'shrunk', '#00654a'],
  ['text-prototype', 'plda', '#cb7e00'],
] as const
const alone = [
  ['prototype', 'clip', '#0b57d0'],
  ['gda', 'clip', '#cf5fae'],
  ['prototype', 'shrunk', '#00654a'],
  ['prototype', 'plda', '#cb7e00'],
  ['shared-prototype', 'plda', '#541791'],
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
const [width, height, gap] = [360, 300, 70]
const panel = (
  title: string,
  lines: readonly (readonly [string, string, string])[],
  texts: boolean,
  left: number,
) => {
  const all = lines.map(([method, space, color]) => ({
    name: `${method} in ${space}`,
    color,
    points: counts.map((k) => point(method, space, k, texts)),
  }))
  const [low, high] = texts ? [0, 16] : [-16, 14]
  const x = (i: number) => left + (i / (counts.length - 1)) * (width - 120)
  const y = (gain: number) => 40 + (1 - (gain - low) / (high - low)) * (height - 80)
  const ticks = [0, 1, 2, 3, 4].map((i) => low + ((high - low) * i) / 4)
  return [
    `<text x="${left}" y="22" font-weight="600">${title}</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${left}" x2="${x(4)}" y1="${y(tick)}" y2="${y(tick)}" stroke="#ddd"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick.toFixed(0)}</text>`,
    ),
    ...counts.map((k, i) => `<text x="${x(i)}" y="${height - 20}" text-anchor="middle">${k}</text>`),
    ...all.map(({ name, color, points }, at) => {
      const path = points.map(({ gain }, i) => `${x(i).toFixed(1)},${y(gain).toFixed(1)}`).join(' ')
      const bars = points.map(
        ({ gain, error }, i) =>
          `<line x1="${x(i).toFixed(1)}" x2="${x(i).toFixed(1)}" y1="${y(gain - 1.96 * error).toFixed(1)}" y2="${y(gain + 1.96 * error).toFixed(1)}" stroke="${color}"/>`,
      )
      const label = `<text x="${x(4) + 8}" y="${60 + 18 * at}" fill="${color}">${name}</text>`
      return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${bars.join('')}${label}`
    }),
  ].join('\n')
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * width + 2 * gap} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<title>Mean gain over zero-shot CLIP against shots</title>
<rect width="100%" height="100%" fill="#fff"/>
${panel('With texts: points over zero-shot CLIP', shown, true, 50)}
${panel('Images alone: points over zero-shot CLIP', alone, false, 50 + width + gap)}
</svg>
`
writeFileSync(here('../images/accuracy.svg'), svg)

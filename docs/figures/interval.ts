// Draws docs/images/interval.svg: one demo image's margins over the weight α. Run: npx tsx docs/figures/interval.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { buildCache } from '../../src/cache/cache.js'
import { openEncoder } from '../../src/encoders/encoder.js'
import { encodeClasses } from '../../src/encoders/text-classifier.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { rowOf } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const demo = here('../../demo/fashion-mnist')
const { classes } = z
  .object({
    classes: z.array(z.object({ name: z.string(), folder: z.string(), prompts: z.array(z.string()) })),
  })
  .parse(JSON.parse(readFileSync(`${demo}/dataset.json`, 'utf8')))
const shots = 4
const mostAlpha = 4

const runtime = openRuntime()
const encoder = await openEncoder(here('../../models/mini-clip'), runtime)
const imagesOf = (split: string, count: number) =>
  classes.flatMap(({ folder }, label) =>
    readdirSync(`${demo}/${split}/${folder}`)
      .sort()
      .slice(0, count)
      .map((name) => ({
        label,
        id: `${folder}/${name}`,
        read: () => readFile(`${demo}/${split}/${folder}/${name}`),
      })),
  )
const [keys, queries] = [imagesOf('support_pool', shots), imagesOf('validation', 20)]
const cache = await buildCache(
  {
    features: await encoder.encodeImages(keys, { spaces: ['clip'] }),
    labels: Int32Array.from(keys, ({ label }) => label),
    classes: classes.length,
    textClassifier: await encodeClasses(encoder, classes),
    logitScale: encoder.logitScale,
  },
  clip(),
  createKernels(runtime),
)
const [batch] = [...cache.batches(await encoder.encodeImages(queries, { spaces: ['clip'] }))]
if (!batch) throw new Error('there are no queries')
const [zeroShot, affinity] = await Promise.all(
  tipAdapter().terms.map((term) => term.logits(batch, { beta: 5.5 }, {})),
)
if (!zeroShot || !affinity) throw new Error('Tip-Adapter has two terms')

/** Each image's margins t + α·s over every other class, and the interval of α on which all are positive. */
const images = queries.map(({ label, id }, i) => {
  const [z0, a0] = [rowOf(zeroShot, i), rowOf(affinity, i)]
  const lines = classes.flatMap(({ name }, c) =>
    c === label
      ? []
      : [
          {
            name,
            t: (z0[label] as number) - (z0[c] as number),
            s: (a0[label] as number) - (a0[c] as number),
          },
        ],
  )
  const low = Math.max(0, ...lines.filter(({ s }) => s > 0).map(({ t, s }) => -t / s))
  const high = Math.min(mostAlpha, ...lines.filter(({ s }) => s < 0).map(({ t, s }) => -t / s))
  return { label, id, lines, low, high }
})
// One whose interval has both ends in the picture.
const shown = images
  .filter(({ low, high }) => low > 0.2 && high < mostAlpha * 0.85 && high - low > 0.5)
  .sort((a, b) => b.high - b.low - (a.high - a.low))[0]
if (!shown) throw new Error('no image has an interval with both ends in the picture')

const [width, height, left, top, plotWidth, plotHeight] = [760, 400, 60, 40, 560, 300]
const reach = Math.max(...shown.lines.flatMap(({ t, s }) => [Math.abs(t), Math.abs(t + mostAlpha * s)]))
const x = (alpha: number) => left + (plotWidth * alpha) / mostAlpha
const y = (margin: number) => top + (plotHeight * (1 - Math.max(-1, Math.min(1, margin / reach)))) / 2
const own = classes[shown.label]?.name ?? ''
const drawn = shown.lines.map(({ name, t, s }) => {
  const end = Math.min(
    mostAlpha,
    ...[reach, -reach].map((edge) => (edge - t) / s).filter((alpha) => alpha > 0),
  )
  const binding = Math.abs(-t / s - shown.low) < 1e-9 || Math.abs(-t / s - shown.high) < 1e-9
  const colour = binding ? '#b5482a' : '#8a94a6'
  return `<line x1="${x(0)}" y1="${y(t)}" x2="${x(end)}" y2="${y(t + end * s)}" stroke="${colour}" stroke-width="${binding ? 2.5 : 1.2}"/>
<text x="${x(end) + 5}" y="${y(t + end * s) + 4}" fill="${colour}">${name}</text>`
})
const ticks = Array.from({ length: mostAlpha + 1 }, (_, alpha) => {
  return `<line x1="${x(alpha)}" y1="${top + plotHeight}" x2="${x(alpha)}" y2="${top + plotHeight + 5}" stroke="#5b6472"/>
<text x="${x(alpha)}" y="${top + plotHeight + 19}" text-anchor="middle">${alpha}</text>`
})
writeFileSync(
  here('../images/interval.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#39414d">
<title>The margins of one image over the weight α are straight lines; it is right on one interval</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<rect x="${x(shown.low)}" y="${top}" width="${x(shown.high) - x(shown.low)}" height="${plotHeight}" fill="#2f7d6b" opacity="0.15"/>
<text x="${left}" y="22" font-size="14">Margins of one validation image (${own}) over every other class, Tip-Adapter, β = 5.5</text>
<line x1="${left}" y1="${y(0)}" x2="${left + plotWidth}" y2="${y(0)}" stroke="#39414d"/>
${drawn.join('\n')}
${ticks.join('\n')}
<text x="${x((shown.low + shown.high) / 2)}" y="${top + plotHeight - 8}" text-anchor="middle" fill="#1f5f50">right for α from ${shown.low.toFixed(2)} to ${shown.high.toFixed(2)}</text>
<text x="${left + plotWidth / 2}" y="${top + plotHeight + 40}" text-anchor="middle">α</text>
<text x="18" y="${y(0)}" transform="rotate(-90 18 ${y(0)})" text-anchor="middle">margin</text>
</svg>
`,
)
console.log(`${shown.id}: ${shown.low.toFixed(3)} to ${shown.high.toFixed(3)}`)
await runtime.close()

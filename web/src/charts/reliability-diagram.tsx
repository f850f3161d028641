import * as Plot from '@observablehq/plot'
import { useMemo } from 'react'
import { Chart } from './chart'
import { plotColor } from './plot-style'

/** Predictions of about the same confidence. Shares are from 0 to 1, and null where there are no images. */
export interface ReliabilityBin {
  readonly low: number
  readonly high: number
  readonly images: number
  readonly confidence: number | null
  readonly accuracy: number | null
}

/** A bin with images, in percent. */
interface Filled {
  readonly low: number
  readonly high: number
  readonly images: number
  readonly confidence: number
  readonly accuracy: number
}

/** How often predictions are right against how confident they are, and below it the number of images of each bin. */
export function ReliabilityDiagram({
  bins,
  color,
  description,
}: {
  readonly bins: readonly ReliabilityBin[]
  readonly color: string
  readonly description: string
}) {
  const [diagram, counts] = useMemo(() => {
    const filled = bins.flatMap(({ low, high, images, confidence, accuracy }): Filled[] =>
      confidence === null || accuracy === null
        ? []
        : [
            {
              low: 100 * low,
              high: 100 * high,
              images,
              confidence: 100 * confidence,
              accuracy: 100 * accuracy,
            },
          ],
    )
    return [diagramOf(filled, color), countsOf(filled)]
  }, [bins, color])
  return (
    <div>
      <Chart description={description} options={diagram} />
      <Chart description="The number of images of each bin. The table has the numbers." options={counts} />
    </div>
  )
}

/** Both plots share it, so that their bins stand below each other. */
const sides = { marginLeft: 44, marginRight: 14 } as const

const percent = { domain: [0, 100], ticks: 5, tickSize: 0 } as const

const diagramOf =
  (bins: readonly Filled[], color: string) =>
  (width: number): Plot.PlotOptions => ({
    ...sides,
    height: Math.min(380, Math.max(260, width * 0.8)),
    marginTop: 26,
    marginBottom: 24,
    x: { ...percent, label: null, tickPadding: 6 },
    y: { ...percent, label: 'Accuracy (%)', labelArrow: 'none', labelOffset: 40 },
    // Bins of few images say little, so they are drawn small.
    r: { range: [1.5, 5.5] },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
      Plot.rectY(bins, {
        x1: 'low',
        x2: 'high',
        y: 'accuracy',
        fill: plotColor(color),
        fillOpacity: 0.22,
        inset: 0.75,
      }),
      Plot.line(
        [
          [0, 0],
          [100, 100],
        ],
        { stroke: 'var(--ink-3)', strokeWidth: 1.25, strokeDasharray: '4 3' },
      ),
      Plot.ruleX(bins, {
        x: 'confidence',
        y1: 'confidence',
        y2: 'accuracy',
        stroke: plotColor(color),
        strokeWidth: 1.5,
        strokeOpacity: 0.7,
      }),
      Plot.dot(bins, {
        x: 'confidence',
        y: 'accuracy',
        r: 'images',
        fill: plotColor(color),
        stroke: 'var(--surface)',
        strokeWidth: 1.25,
      }),
      Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
      Plot.tip(
        bins,
        Plot.pointer({
          x: 'confidence',
          y: 'accuracy',
          title: ({ confidence, accuracy, images }: Filled) =>
            `confidence ${confidence.toFixed(1)} %\naccuracy ${accuracy.toFixed(1)} %\n${images.toLocaleString('en')} ${images === 1 ? 'image' : 'images'}`,
          fontSize: 12,
          lineHeight: 1.35,
        }),
      ),
    ],
  })

const countsOf = (bins: readonly Filled[]) => (): Plot.PlotOptions => ({
  ...sides,
  height: 104,
  marginTop: 26,
  marginBottom: 36,
  x: {
    ...percent,
    ticks: [],
    label: 'Confidence: the probability of the predicted class (%)',
    labelAnchor: 'center',
    labelArrow: 'none',
    labelOffset: 30,
  },
  y: { label: 'Images', labelArrow: 'none', labelOffset: 40, ticks: [], nice: false },
  marks: [
    Plot.rectY(bins, { x1: 'low', x2: 'high', y: 'images', fill: 'var(--line-strong)', inset: 0.75 }),
    Plot.text(bins, {
      x: ({ low, high }: Filled) => (low + high) / 2,
      y: 'images',
      text: ({ images }: Filled) => short(images),
      dy: -7,
      fill: 'var(--ink-3)',
      fontSize: 11,
    }),
    Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
  ],
})

const counts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
/** Short enough for a narrow bin: `985`, `1.2K`. */
const short = (images: number): string => counts.format(images)

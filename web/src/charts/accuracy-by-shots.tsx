import * as Plot from '@observablehq/plot'
import { useMemo } from 'react'
import type { SeriesStyle } from '../design/style-of'
import { Chart } from './chart'
import { plotColor, plotSymbol } from './plot-style'

/** The results of a method in a space, by number of shots. */
export interface Series {
  readonly key: string
  readonly label: string
  readonly style: SeriesStyle
  readonly points: readonly Point[]
}

export interface Point {
  readonly shots: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Lines with intervals. With a single number of shots, one row per series. */
export function AccuracyByShots({
  series,
  shots,
  axis,
  leading,
  highlighted,
}: {
  readonly series: readonly Series[]
  readonly shots: readonly number[]
  readonly axis: string
  /** The keys of the series that are drawn in full, with intervals. The others are faint until they are highlighted. */
  readonly leading: ReadonlySet<string>
  /** The key of the highlighted series. The others are dimmed. */
  readonly highlighted: string | undefined
}) {
  const options = useMemo(
    () =>
      shots.length > 1 ? lines(series, shots, axis, leading, highlighted) : rows(series, axis, highlighted),
    [series, shots, axis, leading, highlighted],
  )
  return <Chart description={describe(series, shots, axis)} options={options} />
}

type Mark = ReturnType<typeof Plot.dot>

/** The distance in pixels between intervals at the same number of shots. */
const spacing = 5

function lines(
  series: readonly Series[],
  shots: readonly number[],
  axis: string,
  leading: ReadonlySet<string>,
  highlighted: string | undefined,
) {
  const isFull = ({ key }: Series) => (highlighted === undefined ? leading.has(key) : key === highlighted)
  const inFront = series.filter(({ key }) => leading.has(key) || key === highlighted)
  const places = new Map(inFront.map(({ key }, i) => [key, i - (inFront.length - 1) / 2]))
  // What is drawn later lies in front.
  const drawn = series.toSorted((a, b) => Number(isFull(a)) - Number(isFull(b)))
  return (width: number): Plot.PlotOptions => ({
    height: Math.max(280, Math.min(420, width * 0.46)),
    marginLeft: 44,
    marginRight: 28,
    marginBottom: 38,
    x: {
      type: 'log',
      base: 2,
      domain: [Math.min(...shots), Math.max(...shots)],
      inset: 8 + (spacing * inFront.length) / 2,
      ticks: [...shots],
      tickFormat: String,
      label: 'Shots (labelled images per class)',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickSize: 0,
      tickPadding: 8,
    },
    y: { label: axis, grid: true, nice: true, ticks: 6, tickSize: 0, labelArrow: 'none', labelOffset: 40 },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 6 }),
      ...drawn.flatMap((each) => {
        const { color, marker, dash } = each.style
        const full = isFull(each)
        const dx = (places.get(each.key) ?? 0) * Math.min(spacing, 40 / inFront.length)
        const common = { x: 'shots', dx, opacity: full ? 1 : 0.14 } as const
        const line = Plot.line(each.points, {
          ...common,
          y: 'mean',
          stroke: plotColor(color),
          strokeWidth: highlighted === each.key ? 3 : full ? 2 : 1.25,
          ...(dash !== undefined && { strokeDasharray: dash }),
        })
        if (!full) return [line] satisfies Mark[]
        return [
          Plot.ruleX(each.points, {
            ...common,
            y1: 'low',
            y2: 'high',
            stroke: plotColor(color),
            strokeWidth: 1.5,
            strokeOpacity: 0.55,
          }),
          line,
          Plot.dot(each.points, {
            ...common,
            y: 'mean',
            symbol: plotSymbol(marker),
            r: 4,
            fill: plotColor(color),
            stroke: 'var(--surface)',
            strokeWidth: 1,
          }),
        ] satisfies Mark[]
      }),
      Plot.tip(
        series.flatMap(({ label, points }) => points.map((point) => ({ label, ...point }))),
        Plot.pointer({
          x: 'shots',
          y: 'mean',
          title: ({ label, shots: k, mean, low, high }: Point & { label: string }) =>
            `${label}\n${k} ${k === 1 ? 'shot' : 'shots'}: ${mean.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
          fontSize: 12,
          lineHeight: 1.35,
        }),
      ),
    ],
  })
}

function rows(series: readonly Series[], axis: string, highlighted: string | undefined) {
  const sorted = series
    .filter(({ points }) => points.length > 0)
    .toSorted((a, b) => (b.points[0]?.mean ?? 0) - (a.points[0]?.mean ?? 0))
  return (width: number): Plot.PlotOptions => ({
    height: 56 + 26 * sorted.length,
    marginLeft: Math.min(220, width * 0.42),
    marginRight: 24,
    marginBottom: 38,
    x: {
      label: axis,
      labelAnchor: 'center',
      labelArrow: 'none',
      nice: true,
      ticks: width < 500 ? 4 : 8,
      tickSize: 0,
    },
    y: { type: 'band', domain: sorted.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: width < 500 ? 4 : 8 }),
      ...sorted.flatMap(({ key, label, style: { color, marker }, points }) => {
        const opacity = highlighted === undefined || highlighted === key ? 1 : 0.2
        return [
          Plot.ruleY(points, {
            x1: 'low',
            x2: 'high',
            y: () => label,
            stroke: plotColor(color),
            strokeWidth: 2,
            opacity,
          }),
          Plot.dot(points, {
            x: 'mean',
            y: () => label,
            symbol: plotSymbol(marker),
            r: 5,
            fill: plotColor(color),
            opacity,
          }),
        ]
      }),
    ],
  })
}

function describe(series: readonly Series[], shots: readonly number[], axis: string): string {
  const most = Math.max(...shots)
  const at = (each: Series) => each.points.find((point) => point.shots === most)
  const ranked = series
    .flatMap((each) => {
      const point = at(each)
      return point ? [{ label: each.label, mean: point.mean }] : []
    })
    .toSorted((a, b) => b.mean - a.mean)
    .map(({ label, mean }) => `${label} ${mean.toFixed(1)}`)
  return `${axis} by shots, with 95 % intervals. At ${most} ${most === 1 ? 'shot' : 'shots'}: ${ranked.join(', ')}.`
}

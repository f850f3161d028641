import * as Plot from '@observablehq/plot'
import { useMemo } from 'react'
import { plural } from '../design/format'
import type { SeriesStyle } from '../design/style-of'
import { axisNumber, roomFor } from './axis'
import { Chart } from './chart'
import { plotColor, plotSymbol } from './plot-style'

/** The results of a method in a space, by number of shots. */
export interface Series {
  readonly key: string
  readonly label: string
  readonly style: SeriesStyle
  readonly points: readonly Point[]
  /** Whether it knows no shots, as zero-shot does. It is drawn as a level, not as a line with points. */
  readonly isLevel: boolean
}

export interface Point {
  readonly shots: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

interface Lines {
  readonly series: readonly Series[]
  readonly shots: readonly number[]
  readonly axis: string
  /** The keys of the series that are drawn in full. The others are faint. */
  readonly full: ReadonlySet<string>
  /** The keys of those whose intervals are drawn, as bands. */
  readonly banded: ReadonlySet<string>
  /** The key of the series that is pointed at: drawn in full and stronger than the others. */
  readonly pointed?: string | undefined
  /** Values that the axis must hold, so that several charts have the same. By default those of the series. */
  readonly extent?: readonly [number, number]
  /** Whether the chart is one of several small ones. */
  readonly small?: boolean
  /** Called with the key of the series that is clicked or touched. */
  readonly onPick?: (key: string) => void
}

/** Lines over the number of shots, with 95 % intervals as bands. */
export function AccuracyByShots({ onPick, ...lines }: Lines) {
  const { series, shots, axis, full, banded, pointed, extent, small } = lines
  const options = useMemo(
    () =>
      draw({ series, shots, axis, full, banded, pointed, ...(extent && { extent }), small: small ?? false }),
    [series, shots, axis, full, banded, pointed, extent, small],
  )
  const pick =
    onPick &&
    ((value: unknown) => {
      const found = series.find(({ label }) => label === labelIn(value))
      if (found) onPick(found.key)
    })
  return (
    <Chart description={describe(series, shots, axis)} options={options} {...(pick && { onPick: pick })} />
  )
}

const labelIn = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'label' in value ? value.label : undefined

/** The lowest and the highest of all means, and of the intervals that are drawn. */
export function extentOf(series: readonly Series[], banded: ReadonlySet<string>): readonly [number, number] {
  const values = series.flatMap(({ key, points }) =>
    points.flatMap(({ mean, low, high }) => (banded.has(key) ? [low, high] : [mean])),
  )
  return [Math.min(...values), Math.max(...values)]
}

function draw({ series, shots, axis, full, banded, pointed, extent, small = false }: Omit<Lines, 'onPick'>) {
  const isFull = ({ key }: Series) => full.has(key) || key === pointed
  // What is drawn later lies in front.
  const order = (each: Series) => Number(isFull(each)) + Number(each.key === pointed)
  const drawn = series.toSorted((a, b) => order(a) - order(b))
  const [low, high] = extent ?? extentOf(series, banded)
  const [first, last] = [Math.min(...shots), Math.max(...shots)]
  return (width: number): Plot.PlotOptions => ({
    height: small ? 190 : Math.max(320, Math.min(520, width * 0.72)),
    marginLeft: small ? 34 : 44,
    marginRight: 16,
    marginTop: small ? 12 : 24,
    marginBottom: small ? 26 : 40,
    x: {
      type: 'log',
      base: 2,
      domain: [first, last],
      inset: 10,
      ticks: [...shots],
      tickFormat: String,
      label: small ? null : 'Shots (labelled images per class)',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickSize: 0,
      tickPadding: 8,
    },
    y: {
      domain: roomFor(low, high),
      label: small ? null : axis,
      nice: true,
      ticks: small ? 4 : 6,
      tickFormat: axisNumber,
      tickSize: 0,
      labelArrow: 'none',
      labelOffset: 40,
    },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: small ? 4 : 6 }),
      ...drawn
        .filter(({ key }) => banded.has(key) || key === pointed)
        .map((each) => band(each, each.key === pointed ? 0.26 : 0.15)),
      ...drawn.flatMap((each) => (isFull(each) ? inFull(each, each.key === pointed) : [faint(each)])),
      Plot.tip(
        series.flatMap(({ label, points }) => points.map((point) => ({ label, ...point }))),
        Plot.pointer({
          x: 'shots',
          y: 'mean',
          title: ({ label, shots: k, mean, low, high }: Point & { label: string }) =>
            `${label}\n${plural(k, 'shot')}: ${mean.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
          fontSize: 12,
          lineHeight: 1.35,
        }),
      ),
    ],
  })
}

const band = ({ points, style }: Series, opacity: number) =>
  Plot.areaY(points, {
    x: 'shots',
    y1: 'low',
    y2: 'high',
    fill: plotColor(style.color),
    fillOpacity: opacity,
    curve: 'linear',
  })

const faint = ({ points, style: { dash } }: Series) =>
  Plot.line(points, {
    x: 'shots',
    y: 'mean',
    stroke: 'var(--line-strong)',
    strokeWidth: 1,
    strokeOpacity: 0.6,
    ...(dash !== undefined && { strokeDasharray: dash }),
  })

function inFull({ points, style, isLevel }: Series, isPointed: boolean) {
  const { color, marker, dash } = style
  const line = Plot.line(points, {
    x: 'shots',
    y: 'mean',
    stroke: plotColor(color),
    strokeWidth: isPointed ? 3 : 2,
    // A level is dotted, and has no points: nothing was measured at a number of shots.
    ...(isLevel ? { strokeDasharray: '2 4' } : dash !== undefined && { strokeDasharray: dash }),
  })
  if (isLevel) return [line]
  return [
    line,
    Plot.dot(points, {
      x: 'shots',
      y: 'mean',
      symbol: plotSymbol(marker),
      r: isPointed ? 5 : 4,
      fill: plotColor(color),
      stroke: 'var(--surface)',
      strokeWidth: 1,
    }),
  ]
}

function describe(series: readonly Series[], shots: readonly number[], axis: string): string {
  const most = Math.max(...shots)
  const ranked = series
    .flatMap(({ label, points }) => {
      const point = points.find((each) => each.shots === most)
      return point ? [{ label, mean: point.mean }] : []
    })
    .toSorted((a, b) => b.mean - a.mean)
    .map(({ label, mean }) => `${label} ${mean.toFixed(1)}`)
  return `${axis} by shots, with 95 % intervals. At ${plural(most, 'shot')}: ${ranked.join(', ')}.`
}

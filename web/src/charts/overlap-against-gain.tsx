import * as Plot from '@observablehq/plot'
import { useMemo } from 'react'
import { seriesStyle } from '../design/series-style'
import { Chart } from './chart'

export interface CorrelationPoint {
  readonly label: string
  readonly method: string
  readonly space: string | null
  /** The reduction of overlap, compared with clip. */
  readonly reduction: number
  /** The gain in percentage points, compared with the same method in clip. */
  readonly gain: number
}

/** Gain in accuracy by reduction of overlap. One point per method, space and number of shots. */
export function OverlapAgainstGain({
  points,
  description,
}: {
  readonly points: readonly CorrelationPoint[]
  readonly description: string
}) {
  const options = useMemo(
    () =>
      (width: number): Plot.PlotOptions => ({
        height: Math.max(260, Math.min(380, width * 0.5)),
        marginLeft: 48,
        marginBottom: 40,
        x: {
          label: 'Reduction of overlap compared with clip',
          labelAnchor: 'center',
          labelArrow: 'none',
          nice: true,
          inset: 12,
          tickSize: 0,
          ticks: width < 500 ? 4 : 8,
        },
        y: {
          label: 'Gain in accuracy (points)',
          labelArrow: 'none',
          nice: true,
          inset: 8,
          tickSize: 0,
          labelOffset: 44,
        },
        marks: [
          Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1 }),
          Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
          Plot.ruleX([0], { stroke: 'var(--line-strong)' }),
          ...points.map((point) => {
            const { color, marker } = seriesStyle(point.method, point.space)
            return Plot.dot([point], {
              x: 'reduction',
              y: 'gain',
              symbol: marker,
              r: 5,
              fill: color,
              stroke: 'var(--surface)',
            })
          }),
          Plot.tip(
            points,
            Plot.pointer({
              x: 'reduction',
              y: 'gain',
              title: ({ label, reduction, gain }: CorrelationPoint) =>
                `${label}\noverlap −${reduction.toFixed(3)}, accuracy ${gain > 0 ? '+' : ''}${gain.toFixed(1)}`,
            }),
          ),
        ],
      }),
    [points],
  )
  return <Chart description={description} options={options} />
}

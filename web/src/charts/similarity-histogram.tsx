import * as Plot from '@observablehq/plot'
import { useMemo } from 'react'
import { Chart } from './chart'

export interface Histogram {
  /** The edges of the bins: one more than bins. */
  readonly edges: readonly number[]
  readonly same: readonly number[]
  readonly different: readonly number[]
}

interface Bin {
  readonly from: number
  readonly to: number
  readonly same: number
  readonly different: number
}

/** Histograms of same-class and different-class pairs by similarity, and their overlap. */
export function SimilarityHistogram({
  histogram,
  description,
}: {
  readonly histogram: Histogram
  readonly description: string
}) {
  const options = useMemo(() => {
    const bins = binsOf(histogram)
    return (width: number): Plot.PlotOptions => ({
      height: 190,
      marginLeft: 4,
      marginRight: 4,
      marginTop: 8,
      marginBottom: 34,
      x: {
        label: 'Cosine similarity',
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [Math.min(...bins.map(({ from }) => from)), 1],
        ticks: width < 420 ? 4 : 8,
        tickSize: 0,
      },
      y: { axis: null },
      marks: [
        ...(['different', 'same'] as const).flatMap((kind) => [
          Plot.areaY(bins, {
            x: ({ from, to }: Bin) => (from + to) / 2,
            y: kind,
            curve: 'step',
            fill: `var(--${kind})`,
            fillOpacity: 0.24,
          }),
          Plot.lineY(bins, {
            x: ({ from, to }: Bin) => (from + to) / 2,
            y: kind,
            curve: 'step',
            stroke: `var(--${kind})`,
            strokeWidth: 1.5,
            ...(kind === 'different' && { strokeDasharray: '4 2' }),
          }),
        ]),
        Plot.ruleY([0], { stroke: 'var(--line-strong)' }),
      ],
    })
  }, [histogram])
  return <Chart description={description} options={options} />
}

/** The bins from the first to the last non-empty one, as shares of all pairs of their kind. */
function binsOf({ edges, same, different }: Histogram): Bin[] {
  const total = (counts: readonly number[]) =>
    Math.max(
      1,
      counts.reduce((sum, value) => sum + value, 0),
    )
  const [allSame, allDifferent] = [total(same), total(different)]
  const bins = same.map((count, i) => ({
    from: edges[i] ?? 0,
    to: edges[i + 1] ?? 0,
    same: count / allSame,
    different: (different[i] ?? 0) / allDifferent,
  }))
  const first = bins.findIndex((bin) => bin.same + bin.different > 0)
  return bins.slice(Math.max(0, first))
}

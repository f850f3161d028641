import type * as Plot from '@observablehq/plot'
import type { LineStyle } from '../library/index.js'

/** A marker for Observable Plot: by name if Plot knows it, otherwise drawn as the polygon of its path. */
export const plotSymbol = ({ name, path }: LineStyle['marker']): Plot.SymbolType =>
  isKnown(name) ? name : polygon(path)

const known = ['circle', 'square', 'triangle', 'diamond', 'star', 'hexagon', 'cross', 'wye'] as const

const isKnown = (name: string): name is (typeof known)[number] => known.some((each) => each === name)

/** What Plot lets a symbol draw on. */
interface Context {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  closePath(): void
}

/** Markers are about as large as a circle of this area, in square pixels. */
const markerArea = Math.PI * 4 ** 2

function polygon(path: string) {
  const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? []
  return {
    /** Draws it with about the given area, in square pixels. */
    draw(context: Context, area: number) {
      const scale = Math.sqrt(area / markerArea)
      for (let i = 0; i < numbers.length; i += 2) {
        const [x, y] = [scale * (numbers[i] as number), scale * (numbers[i + 1] as number)]
        if (i === 0) context.moveTo(x, y)
        else context.lineTo(x, y)
      }
      context.closePath()
    },
  }
}

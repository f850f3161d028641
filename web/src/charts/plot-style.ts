import type * as Plot from '@observablehq/plot'

/** A marker for Observable Plot: by name if Plot knows it, otherwise drawn as the polygon of its path. */
export const plotSymbol = ({
  name,
  path,
}: {
  readonly name: string
  readonly path: string
}): Plot.SymbolType => (isKnown(name) ? name : polygon(path))

/** A colour for Observable Plot, which does not recognise `light-dark()` but passes on what has no scale. */
export const plotColor = (color: string) => ({ value: () => color, scale: null })

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
        const [x, y] = [scale * (numbers[i] ?? 0), scale * (numbers[i + 1] ?? 0)]
        if (i === 0) context.moveTo(x, y)
        else context.lineTo(x, y)
      }
      context.closePath()
    },
  }
}

import { expect, test } from 'vitest'
import { plotSymbol } from '../../src/report/plot-symbol.js'
import { type Marker, markers } from '../../src/spaces/line-style.js'
import { plotSymbol as inDashboard } from '../../web/src/charts/plot-style.js'

const names = Object.keys(markers) as Marker[]

/** What a symbol draws, point by point; or the name by which Plot draws it. */
function drawn(symbol: ReturnType<typeof plotSymbol>, area: number) {
  if (typeof symbol === 'string') return symbol
  const calls: string[] = []
  symbol.draw(
    {
      moveTo: (x: number, y: number) => calls.push(`M${x.toFixed(3)} ${y.toFixed(3)}`),
      lineTo: (x: number, y: number) => calls.push(`L${x.toFixed(3)} ${y.toFixed(3)}`),
      closePath: () => calls.push('z'),
    },
    area,
  )
  return calls.join('')
}

test.each(names)('plots draw %s, in a report as in the dashboard', (name) => {
  const marker = { name, path: markers[name] }
  for (const area of [50, 80]) expect(drawn(plotSymbol(marker), area)).toBe(drawn(inDashboard(marker), area))
})

test.each(names)('%s is known to Observable Plot, or drawn as its path', (name) => {
  const marker = { name, path: markers[name] }
  const result = drawn(plotSymbol(marker), Math.PI * 16)
  if (result === name) return
  const points = (path: string) =>
    path.match(/[MLz]|-?[\d.]+/g)?.map((part) => (/\d/.test(part) ? Number(part) : part))
  expect(points(result)).toEqual(points(marker.path))
})

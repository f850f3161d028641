import { expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { seriesStyle } from '../../src/report/series-style.js'
import { seriesStyle as inDashboard } from '../../web/src/design/series-style.js'

const { spaces } = createRegistry([builtin()])
const lookOf = (space: string) => seriesStyle({ method: 'prototype', space })

test('every space that comes with Shotboard has a symbol of its own', () => {
  const symbols = spaces.map(({ id }) => lookOf(id).symbol)
  expect(new Set(symbols).size).toBe(spaces.length)
})

test.each(spaces.map(({ id }) => id))('%s looks in a report as it does in the dashboard', (space) => {
  const { symbol, dash } = lookOf(space)
  const { marker, dash: dashThere } = inDashboard('prototype', space)
  expect({ symbol, dash }).toEqual({ symbol: marker, dash: dashThere })
})

import { expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { addedAdapterSpace } from '../../src/spaces/added-adapter.js'
import {
  automaticDashes,
  automaticMarkers,
  dashes,
  lineStyleOf,
  markers,
} from '../../src/spaces/line-style.js'
import { whitened } from '../../src/spaces/whitened.js'

const { spaces } = createRegistry([builtin()])

test('every space that comes with Shotboard has a marker of its own', () => {
  const own = spaces.map((space) => lineStyleOf(space).marker.name)
  expect(new Set(own).size).toBe(spaces.length)
})

test('no space that comes with Shotboard has a marker that others get automatically', () => {
  const declared = spaces.map(({ marker }) => marker)
  expect(declared.filter((marker) => marker === undefined || automaticMarkers.includes(marker))).toEqual([])
})

test('a space that declares nothing gets a marker and a dash that depend on its id alone', () => {
  const style = lineStyleOf({ id: 'mirrored' })
  expect(lineStyleOf({ id: 'mirrored' })).toEqual(style)
  expect(automaticMarkers).toContain(style.marker.name)
  expect(automaticDashes.map((name) => dashes[name])).toContain(style.dash)
  const many = Array.from({ length: 200 }, (_, i) => JSON.stringify(lineStyleOf({ id: `space-${i}` })))
  expect(new Set(many).size).toBe(automaticMarkers.length * automaticDashes.length)
})

test('a declared marker or dash is used, and the other one is automatic', () => {
  expect(lineStyleOf({ id: 'mirrored', marker: 'bar', dash: 'dotted' })).toEqual({
    marker: { name: 'bar', path: markers.bar },
    dash: '2 3',
  })
  expect(lineStyleOf({ id: 'mirrored', dash: 'solid' })).toEqual({
    ...lineStyleOf({ id: 'mirrored' }),
    dash: null,
  })
})

test('without a space, points are circles and lines are solid', () => {
  expect(lineStyleOf(null)).toEqual({ marker: { name: 'circle', path: markers.circle }, dash: null })
})

test('spaces of added adapters look different from the shipped one; fitted ones keep their dash', () => {
  const find = (id: string) => spaces.find((space) => space.id === id)
  const added = ['imo:mine', 'imo:mine+whitened'].map((id) => addedAdapterSpace(id, find))
  for (const space of added) expect(space?.marker).toBe(undefined)
  expect(added.map((space) => space?.dash)).toEqual([undefined, whitened().dash])
})

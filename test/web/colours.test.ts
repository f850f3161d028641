import { readFile } from 'node:fs/promises'
import {
  type Color,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
  wcagContrast,
} from 'culori'
import { expect, test } from 'vitest'
import { automaticColors, colorOf, type PlotColor } from '../../src/methods/colors.js'
import { builtin } from '../../src/plugins/builtin.js'

const css = await readFile(new URL('../../web/src/design/tokens.css', import.meta.url), 'utf8')

/** The values of a scheme, later ones over earlier ones. */
function scheme(name: 'light' | 'dark'): Map<string, string> {
  const [light = '', chosenDark = ''] = [
    css.slice(0, css.indexOf('@media')),
    css.slice(css.indexOf(':root[data-scheme="dark"]')),
  ]
  const text = name === 'light' ? light : light + chosenDark
  return new Map(
    [...text.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, key = '', value = '']) => [key, value]),
  )
}

/** Colours further apart than this are told apart side by side (CIEDE2000; about 2 is the least difference one sees). */
const apart = 8

const views: Readonly<Record<string, (colour: Color) => Color>> = {
  'full colour vision': (colour) => colour,
  'no red cones': filterDeficiencyProt(1),
  'no green cones': filterDeficiencyDeuter(1),
  'no blue cones': filterDeficiencyTrit(1),
}

const colourOf = (values: Map<string, string>, name: string) => {
  const colour = parse(values.get(name) ?? '')
  if (!colour) throw new Error(`tokens.css has no colour --${name}`)
  return colour
}

/** The colours of what is built in, which plugins share. TIMO-S is a form of TIMO and has its colour. */
const methodColors = new Map<string, PlotColor>(
  (builtin().methods ?? [])
    .filter(({ id }) => id !== 'timo-s')
    .map((method) => [method.id, colorOf(method)] as const),
)

for (const name of ['light', 'dark'] as const) {
  const values = scheme(name)
  const methods = [...methodColors.keys()]
  const methodColor = (method: string) => parse(methodColors.get(method)?.[name] ?? '') as Color

  test.each(Object.entries(views))(`in ${name}, methods’ colours are told apart with %s`, (_, view) => {
    const seen = methods.map((method) => view(methodColor(method)))
    for (const [i, a] of seen.entries()) {
      for (const [j, b] of seen.slice(0, i).entries()) {
        expect([methods[i], methods[j], differenceCiede2000()(a, b) > apart]).toEqual([
          methods[i],
          methods[j],
          true,
        ])
      }
    }
  })

  test(`in ${name}, colours stand out from the ground, text by 4.5 and marks by 3`, () => {
    const grounds = ['surface', 'page', 'sunken'].map((key) => colourOf(values, key))
    for (const text of ['ink', 'ink-2', 'ink-3', 'good', 'bad', 'warn', 'accent']) {
      for (const ground of grounds)
        expect([text, wcagContrast(colourOf(values, text), ground) >= 4.5]).toEqual([text, true])
    }
    const surface = colourOf(values, 'surface')
    for (const mark of methods)
      expect([mark, wcagContrast(methodColor(mark), surface) >= 3]).toEqual([mark, true])
  })
}

test('every built-in method declares its colour', () => {
  for (const { id, color } of builtin().methods ?? []) expect([id, color !== undefined]).toEqual([id, true])
})

test('a method that declares no colour gets one that depends on its id alone', () => {
  expect(colorOf({ id: 'mine' })).toBe(colorOf({ id: 'mine' }))
  const many = Array.from({ length: 200 }, (_, i) => colorOf({ id: `method-${i}` }))
  expect(new Set(many)).toEqual(new Set(automaticColors))
})

test('both ways to the dark scheme lead to the same values', () => {
  const media = css.slice(css.indexOf('@media'), css.indexOf(':root[data-scheme="dark"]'))
  const values = [...media.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, key = '', value = '']) => [
    key,
    value,
  ])
  expect(values.length).toBeGreaterThan(20)
  const dark = scheme('dark')
  for (const [key = '', value] of values) expect([key, dark.get(key)]).toEqual([key, value])
})

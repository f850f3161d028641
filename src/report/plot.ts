import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html, html } from './html.js'

/** Each plot is drawn at two widths in pixels, because scaled text would be too small on a phone. */
const widths = { wide: 760, narrow: 360 } as const

/**
 * Draws a plot with Observable Plot, as SVG that needs no script. `optionsFor` returns the options for a width in
 * pixels. `description` is the text alternative.
 */
export function plot(description: string, optionsFor: (width: number) => Plot.PlotOptions): Html {
  const drawings = Object.entries(widths).map(([name, width]) => {
    const { document } = parseHTML('<!doctype html><html><body></body></html>')
    const drawn = Plot.plot({
      style: { fontSize: '12px', background: 'none' },
      ...optionsFor(width),
      width,
      document,
    })
    return html`<div class="drawing ${name}" role="img" aria-label="${description}">${new Html(drawn.outerHTML)}</div>`
  })
  return html`${drawings}`
}

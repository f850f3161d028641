import type { Statistic } from '../library/index.js'
import { type Html, html } from './html.js'
import { seriesStyle } from './series-style.js'

export const percent = (value: number): string => `${value.toFixed(1)}\u00a0%`

/** The value with its sign; the minus is U+2212. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

/** A mean, with its interval if there is more than one seed. */
export const interval = ({ mean, low, high, n }: Statistic): Html =>
  n > 1
    ? html`${mean.toFixed(1)} <span class="range">${low.toFixed(1)}–${high.toFixed(1)}</span>`
    : html`${mean.toFixed(1)}`

/** The legend mark of a series: a piece of its line with its marker. */
export function seriesMark(series: { readonly method: string; readonly space: string | null }): Html {
  const { colour, symbol, dash } = seriesStyle(series)
  return html`<svg class="mark" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true" style="color:${colour}"><path d="M0 6H28" stroke="currentColor" stroke-width="2"${dash === undefined ? null : html` stroke-dasharray="${dash}"`}/><path d="${symbolPaths[symbol]}" transform="translate(14 6)" fill="currentColor"/></svg>`
}

const symbolPaths: Readonly<Record<ReturnType<typeof seriesStyle>['symbol'], string>> = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
  square: 'M-3.6 -3.6h7.2v7.2h-7.2z',
  triangle: 'M0 -4.8L4.6 3.6H-4.6z',
  diamond: 'M0 -5.2L4.2 0L0 5.2L-4.2 0z',
  hexagon: 'M-4.4 0L-2.2 -3.8H2.2L4.4 0L2.2 3.8H-2.2z',
  star: 'M0 -5.4L1.5 -1.7L5.3 -1.6L2.2 .8L3.3 4.6L0 2.3L-3.3 4.6L-2.2 .8L-5.3 -1.6L-1.5 -1.7z',
  cross: 'M-1.4 -4.6H1.4V-1.4H4.6V1.4H1.4V4.6H-1.4V1.4H-4.6V-1.4H-1.4z',
  wye: 'M-1.4 5V.8L-5 -1.3L-3.6 -3.8L0 -1.6L3.6 -3.8L5 -1.3L1.4 .8V5z',
}

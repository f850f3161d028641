import type { Statistic } from '../library/index.js'
import { type Html, html } from './html.js'
import { cssColor, type SeriesStyle } from './style-of.js'

export const percent = (value: number): string => `${value.toFixed(1)}\u00a0%`

/** A share that was asked for, in percent, with all its digits: 0.995 is 99.5 %. */
export const percentOf = (share: number): string => `${Number((100 * share).toFixed(4))}\u00a0%`

/** The value with its sign; the minus is U+2212. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

/** A mean with its interval. */
export const interval = ({ mean, low, high }: Statistic): Html =>
  html`${mean.toFixed(1)} <span class="range">${low.toFixed(1)}–${high.toFixed(1)}</span>`

/** A piece of a series' line with its marker, as in the plots. */
export const seriesMark = ({ color, marker, dash }: SeriesStyle): Html =>
  html`<svg class="mark" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true" style="color:${cssColor(color)}"><path d="M0 6H28" stroke="currentColor" stroke-width="2"${dash === null ? null : html` stroke-dasharray="${dash}"`}/><path d="${marker.path}" transform="translate(14 6)" fill="currentColor"/></svg>`

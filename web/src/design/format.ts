/** A number for tables: one decimal by default, with the minus U+2212. */
export const fixed = (value: number, digits = 1): string => value.toFixed(digits).replace('-', '−')

/** A difference with its sign. */
export const signed = (value: number, digits = 1): string =>
  Number(value.toFixed(digits)) === 0 ? fixed(0, digits) : `${value > 0 ? '+' : ''}${fixed(value, digits)}`

/** A share that was asked for, in percent, with all its digits: 0.995 is 99.5 %. */
export const percentOf = (share: number): string => `${Number((100 * share).toFixed(4))} %`

export function pValue(p: number): string {
  if (p < 0.001) return '< 0.001'
  // What is below 0.05 does not become 0.050.
  return p < 0.05 && p >= 0.0495 ? (Math.floor(1e4 * p) / 1e4).toFixed(4) : p.toFixed(3)
}

const counts = new Intl.NumberFormat('en')
export const count = (value: number): string => counts.format(value)

/** `1 image`, `2 images`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const lists = new Intl.ListFormat('en', { type: 'conjunction' })
export const list = (items: readonly (string | number)[]): string => lists.format(items.map(String))

const alternatives = new Intl.ListFormat('en', { type: 'disjunction' })
/** `a, b, or c`. */
export const anyOf = (items: readonly string[]): string => alternatives.format(items)

const times = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hour12: false })
export const time = (iso: string): string => times.format(new Date(iso))

/** Formats milliseconds as ms or s. */
export const duration = (ms: number): string =>
  ms < 1000 ? `${ms < 10 ? fixed(ms, 1) : Math.round(ms)} ms` : `${fixed(ms / 1000, ms < 10_000 ? 1 : 0)} s`

/** A time to wait, as people say it: `about 3 min`. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 60) return `about ${seconds < 10 ? seconds : 5 * Math.round(seconds / 5)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `about ${minutes} min`
  return `about ${Math.round(minutes / 60)} h`
}

/** `1 shot`, `1 and 4 shots`. */
export const shotsWords = (shots: readonly number[]): string =>
  `${list(shots)} ${shots.length === 1 && shots[0] === 1 ? 'shot' : 'shots'}`

import type { Correlation } from './correlation.js'

/** What was found, as text that claims no more than the interval of Pearson's coefficient does. */
export function correlationText(found: Correlation | string): string {
  if (typeof found === 'string') return `No relation can be measured. ${found}`
  const { value, interval } = found.pearson
  const place =
    found.datasets > 1 ? `Over ${found.datasets} datasets, each against its own mean` : 'In this dataset'
  const r = `r = ${number(value)}`
  if (!interval) return `${place}, ${r}. This may be chance. ${found.noInterval}`
  const told = `${r} (95 % interval ${number(interval.low)} to ${number(interval.high)})`
  if (interval.low > 0) return `${place}, spaces with less overlap gain more accuracy: ${told}.`
  if (interval.high < 0) return `${place}, spaces with less overlap gain less accuracy: ${told}.`
  return `${place}, no clear relation was found: ${told}.`
}

/** Two decimals, with the minus U+2212. What is rounded to 0 has no sign. */
const number = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-0\.00$/, '0.00')
    .replace('-', '−')

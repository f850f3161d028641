import { readFileSync } from 'node:fs'

/** Every code of src/errors.ts, once, below the heading that it has there. */
export function errorCodes() {
  const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8')
  const listed = source.slice(source.indexOf('export const errors = {'))
  const groups = []
  const seen = new Set()
  for (const [, heading, code] of listed.matchAll(/^ {2}\/\/ (.+)$|'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)',/gm)) {
    if (heading !== undefined) groups.push({ heading, codes: [] })
    else if (!seen.has(code)) groups.at(-1)?.codes.push(code)
    seen.add(code)
  }
  return groups.filter(({ codes }) => codes.length > 0)
}

import { pauseIfHeld } from './yield-to-event-loop.js'

/**
 * What `JSON.stringify(value, null, indent)` returns, for plain data of any size, in pieces: other work runs in between. Of a value that
 * has no text, such as undefined, nothing.
 */
export async function* stringifyInParts(value: unknown, indent = 0): AsyncGenerator<string> {
  let text = ''
  for (const part of partsOf(value, indent, '\n')) {
    text += part
    if (text.length < pieceLength) continue
    yield text
    text = ''
    await pauseIfHeld()
  }
  if (text !== '') yield text
}

/** The same as one text. */
export async function stringify(value: unknown, indent = 0): Promise<string> {
  const pieces: string[] = []
  for await (const piece of stringifyInParts(value, indent)) pieces.push(piece)
  return pieces.join('')
}

/** Characters in a piece, at least. */
const pieceLength = 2 ** 16

/** Values that are written at once, at most: in a millisecond or so. */
const valuesAtOnce = 2000

/** `newline` has the indentation of the value. */
function* partsOf(value: unknown, indent: number, newline: string): Generator<string> {
  const textOf = (each: unknown, own: string) => {
    const text = JSON.stringify(each, null, indent)
    // No text has a line break of its own: in strings it is escaped.
    return indent === 0 || text === undefined ? text : text.replaceAll('\n', own)
  }
  if (!isContainer(value) || leftAfter(value, valuesAtOnce) >= 0) {
    const text = textOf(value, newline)
    if (text !== undefined) yield text
    return
  }
  const inner = indent === 0 ? '' : newline + ' '.repeat(indent)
  const end = indent === 0 ? '' : newline
  if (Array.isArray(value)) {
    let separator = '['
    for (let at = 0; at < value.length; ) {
      const some = slice(value, at)
      if (some.length > 0) {
        // Without its brackets, and the line break before the last one.
        yield separator + textOf(some, newline).slice(1, -1 - end.length)
      } else {
        yield separator + inner
        yield* partsOf(value[at], indent, inner)
      }
      at += Math.max(1, some.length)
      separator = ','
    }
    yield `${end}]`
    return
  }
  let separator = '{'
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined || typeof each === 'function' || typeof each === 'symbol') continue
    yield `${separator}${inner}${JSON.stringify(key)}${indent === 0 ? ':' : ': '}`
    yield* partsOf(each, indent, inner)
    separator = ','
  }
  yield separator === '{' ? '{}' : `${end}}`
}

/** The next values of a list that are written at once; none if the first one is too large for that. */
function slice(list: readonly unknown[], from: number): readonly unknown[] {
  let to = from
  for (let left = valuesAtOnce; to < list.length; to++) {
    left = leftAfter(list[to], left - 1)
    if (left < 0) break
  }
  return list.slice(from, to)
}

/** Lists and objects, without those that say themselves what their JSON is, such as dates. */
const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'toJSON') !== 'function'

/** How many of `left` values are left once a value is written with those in it; below 0 if it has more. Looks at no more than these. */
function leftAfter(value: unknown, left: number): number {
  if (typeof value === 'string') return left - (value.length >> 7)
  if (!isContainer(value)) return left
  let rest = left
  if (Array.isArray(value)) {
    if (value.length > left) return -1
    for (let i = 0; i < value.length && rest >= 0; i++) rest = leftAfter(value[i], rest - 1)
    return rest
  }
  for (const key in value) {
    rest = leftAfter(Reflect.get(value, key), rest - 1)
    if (rest < 0) break
  }
  return rest
}

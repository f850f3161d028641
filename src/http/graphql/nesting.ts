import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

/** What brackets there are beside those around the fields: of arguments, lists, objects, and fragments within fields. */
const otherBrackets = 100

/**
 * Throws QUERY_TOO_DEEP for a document whose brackets are nested deeper than any query of the allowed depth needs. It runs before the
 * parser, which goes down into every bracket, as what follows does, until the stack has no more room.
 */
export function requireShallow(document: string, { maxQueryDepth }: Pick<Settings, 'maxQueryDepth'>): void {
  const max = 2 * maxQueryDepth + otherBrackets
  if (nestingOf(document, max) > max) throw errors.queryNestedTooDeep({ max })
}

/** How deep the brackets of a document are nested; one more than `max` if it is deeper. Strings and comments have none. */
function nestingOf(document: string, max: number): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < document.length && deepest <= max; at++) {
    const character = document.charAt(at)
    if ('{[('.includes(character)) deepest = Math.max(deepest, ++depth)
    else if ('}])'.includes(character)) depth--
    else if (character === '#') at = endOfComment(document, at)
    else if (character === '"') at = endOfString(document, at)
  }
  return deepest
}

/** The position of the last character of a comment. */
function endOfComment(document: string, start: number): number {
  let at = start
  while (at < document.length && !'\n\r'.includes(document.charAt(at))) at++
  return at
}

/** The position of the last character of a string; of the document if it does not end. */
function endOfString(document: string, start: number): number {
  const quotes = document.startsWith('"""', start) ? '"""' : '"'
  for (let at = start + quotes.length; at < document.length; at++) {
    if (quotes === '"' && document[at] === '\\') at++
    else if (document.startsWith('\\"""', at)) at += 3
    else if (document.startsWith(quotes, at)) return at + quotes.length - 1
    else if (quotes === '"' && document[at] === '\n') return at
  }
  return document.length
}

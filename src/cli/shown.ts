/**
 * A text of somebody else's, such as the name of a file, as a terminal may print it: in one line, and without the characters that
 * move its cursor, change its colours or turn the direction of what follows.
 */
export const shown = (text: string): string => text.replace(notPlain, escaped)

/** The same for a message of several lines. */
export const shownLines = (text: string): string => text.split('\n').map(shown).join('\n')

/** Control characters, ends of lines, and marks of direction. */
const notPlain = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escaped = (character: string): string =>
  short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

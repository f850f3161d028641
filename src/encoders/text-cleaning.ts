import { decodeHTML, decodeHTMLStrict } from 'entities'
import type { Cleaning } from './manifest.js'

/**
 * Cleans a text as the code of open_clip or SigLIP does before tokenization. For open_clip: ftfy, HTML entities decoded
 * twice, white space collapsed, then perhaps lower case and no punctuation. Unlike ftfy, it does not repair texts that were
 * decoded with the wrong encoding.
 */
export function cleanText(text: string, cleaning: Cleaning): string {
  if (cleaning === 'none') return text
  if (cleaning === 'siglip') return canonical(text)
  const basic = stripped(decodeHTML(decodeHTML(fixText(text))))
  switch (cleaning) {
    case 'lower':
      return collapsed(basic).toLowerCase()
    case 'whitespace':
      return collapsed(basic)
    case 'canonicalize':
      return canonical(basic.replaceAll('_', ' '))
  }
}

/** Lower case, without ASCII punctuation, words separated by single spaces, as in SigLIP's training. */
const canonical = (text: string): string => collapsed(text.replace(/[!-/:-@[-`{-~]/g, '').toLowerCase())

/** White space of Python's `str.split`, which differs slightly from JavaScript's `\s`. */
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const spaces = new RegExp(`[${space}]+`, 'g')
const ends = new RegExp(`^[${space}]+|[${space}]+$`, 'g')
const stripped = (text: string): string => text.replace(ends, '')
const collapsed = (text: string): string => stripped(text.replace(spaces, ' '))

/** ftfy's `fix_text`, line by line, without its repair of wrong encodings. */
function fixText(text: string): string {
  // A `<` may mean real HTML. From that line on, entities are not decoded.
  let decodesEntities = true
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      decodesEntities &&= !line.includes('<')
      return fixLine(line, decodesEntities)
    })
    .join('')
}

function fixLine(line: string, decodesEntities: boolean): string {
  for (let text = line; ; ) {
    const before = text
    if (decodesEntities) text = text.replace(/&#?[0-9A-Za-z]{1,24};/g, unescaped)
    for (const [pattern, replacement] of fixes) text = text.replace(pattern, replacement)
    text = text.normalize('NFC')
    if (text === before) return text
  }
}

/** The character of an HTML entity. An entity in capitals, such as `&EACUTE;`, means the capital letter. */
function unescaped(entity: string): string {
  const plain = decodeHTMLStrict(entity)
  if (plain !== entity || entity.startsWith('&#') || entity !== entity.toUpperCase()) return plain
  const lower = decodeHTMLStrict(entity.toLowerCase())
  return lower === entity.toLowerCase() ? entity : lower.toUpperCase()
}

/** Windows-1252 at Latin-1's control characters 0x80 to 0x9f. Unassigned ones stay control characters. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** ftfy's character fixes, in its order. */
const fixes: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/[\x80-\x9f]/g, (control) => windows1252.charAt(control.charCodeAt(0) - 0x80)],
  [
    /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g,
    (ligature) => ligatures[ligature] ?? ligature,
  ],
  [/[\u3000\uff01-\uffef]/g, (character) => character.normalize('NFKC')],
  [/[\u02bc\u2018-\u201b]/g, () => "'"],
  [/[\u201c-\u201f]/g, () => '"'],
  [/\r\n|[\r\u2028\u2029\x85]/g, () => '\n'],
  [/\p{Surrogate}/gu, () => '\ufffd'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal escape sequences start with one.
  [/\x1b\[[\d;]*[a-zA-Z]/g, () => ''],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this removes control characters.
  [/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, () => ''],
]

const ligatures: Readonly<Record<string, string>> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
}

/** How the names of an archive's entries are written, for those that the archive does not say it of. */
export interface NameEncoding {
  /** For people, such as `GB18030 (Chinese)`. */
  readonly title: string
  decode(name: Uint8Array): string
}

/**
 * Tells how names are written that are no UTF-8, from all of them together: programs of Chinese, Japanese, Korean, Russian and western
 * Windows write zips in the code page of their country and say nothing of it. The code page is taken in which all names can be read and
 * which makes most of their characters common ones: hanzi and hangul of the first level of the standards, kana, Cyrillic letters,
 * and accented letters that stand alone or in pairs. CP437, which the zip format says, if none fits. A few short names may fit
 * several, so that whoever shows them should name the guess.
 */
export function guessNameEncoding(names: readonly Uint8Array[]): NameEncoding {
  const some = names.slice(0, maxNames)
  let best: Candidate = fallback
  let bestScore = minScore
  known ??= makeCandidates()
  for (const candidate of known) {
    const score = scoreOf(candidate, some)
    // Characters of the first level of Chinese are as many bytes as of Korean. Where they are all hangul, it is hardly by chance.
    const wins = () => candidate.beatsEqual && best !== fallback && distinctIn(candidate, some) >= minDistinct
    if (score > bestScore || (score === bestScore && wins())) [best, bestScore] = [candidate, score]
  }
  return {
    title: best.title,
    // A name that was not looked at may be in none of them.
    decode(name) {
      try {
        return best.decode(name)
      } catch {
        return fallback.decode(name)
      }
    },
  }
}

/** Made when they are first needed: their tables take some milliseconds. */
let known: readonly Candidate[] | undefined

/** Names that are looked at. */
const maxNames = 2000

/** The share of common characters, below which nothing is guessed. */
const minScore = 0.5

/** So many different characters are all hangul by chance in less than one of ten names in Chinese. */
const minDistinct = 5

interface Candidate extends NameEncoding {
  /** Whether a character is common in names that are written so. */
  isCommon(character: string): boolean
  /**
   * The script: Latin letters stand beside accented ones of their own, which are few in a row. Cyrillic ones have none beside them.
   * Of others, all may be.
   */
  readonly script: 'latin' | 'cyrillic' | 'other'
  readonly beatsEqual?: boolean
}

/** How common the characters of names are that are no ASCII, from 0 to 1. 0 if they cannot be written so. */
function scoreOf({ decode, isCommon, script }: Candidate, names: readonly Uint8Array[]): number {
  let [sum, count] = [0, 0]
  for (const name of names) {
    let text: string
    try {
      text = decode(name)
    } catch {
      return 0
    }
    if (/[\p{Cc}\p{Co}\p{Cn}]/u.test(text)) return 0
    for (const [word, run = ''] of text.matchAll(/[A-Za-z]?([^\0-\x7f]+)[A-Za-z]?/gu)) {
      const characters = [...run]
      const isStrange =
        (script === 'latin' && characters.length > maxAccents) ||
        (script === 'cyrillic' && word.length > run.length)
      for (const each of characters) sum += isCommon(each) && !isStrange ? 1 : rareness
      count += characters.length
    }
  }
  return count === 0 ? 0 : sum / count
}

/** What a character counts that can be written and is seldom. */
const rareness = 0.2

/** Accented letters in a row, at most. */
const maxAccents = 2

const distinctIn = ({ decode }: Candidate, names: readonly Uint8Array[]): number =>
  new Set(names.flatMap((name) => [...decode(name).replace(/[\0-\x7f]/g, '')])).size

/** A code page that Node decodes. */
function codePage(
  label: string,
  title: string,
  script: Candidate['script'],
  isCommon: (character: string) => boolean,
): Candidate {
  const decoder = new TextDecoder(label, { fatal: true })
  return { title, script, isCommon, decode: (name) => decoder.decode(name) }
}

/** The characters that two bytes in these ranges mean. */
function charactersIn(
  label: string,
  [from, to]: readonly [number, number],
  trails: readonly (readonly [number, number])[],
): ReadonlySet<string> {
  const decoder = new TextDecoder(label)
  let text = ''
  for (let lead = from; lead <= to; lead++) {
    for (const [first, last] of trails) {
      for (let trail = first; trail <= last; trail++) text += decoder.decode(Uint8Array.of(lead, trail))
    }
  }
  return new Set([...text].filter((each) => each > '\x7f' && each !== '\ufffd'))
}

/** Of the zip format, of DOS in the west. Node has no decoder for it. */
const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

const matches = (pattern: RegExp) => (character: string) => pattern.test(character)

const isWestern = matches(/[à-öø-ÿÀ-ÖØ-ßœŒ]/u)

const fallback: Candidate = {
  title: 'CP437 (DOS)',
  script: 'latin',
  isCommon: isWestern,
  decode: (name) =>
    Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : cp437[byte - 0x80])).join(''),
}

function makeCandidates(): readonly Candidate[] {
  const upper = [[0xa1, 0xfe]] as const
  const lower = [[0x40, 0x7e], ...upper] as const
  const kanji = charactersIn(
    'shift_jis',
    [0x88, 0x97],
    [
      [0x40, 0x7e],
      [0x80, 0xfc],
    ],
  )
  const isKana = matches(/[\u3041-\u3096\u30a1-\u30fc々]/u)
  const hanzi = charactersIn('gb18030', [0xb0, 0xd7], upper)
  const traditional = charactersIn('big5', [0xa4, 0xc6], lower)
  const isCyrillic = matches(/[а-яА-ЯёЁіїєґІЇЄҐўЎ]/u)
  return [
    codePage('shift_jis', 'Shift-JIS (Japanese)', 'other', (each) => kanji.has(each) || isKana(each)),
    codePage('gb18030', 'GB18030 (Chinese)', 'other', (each) => hanzi.has(each)),
    codePage('big5', 'Big5 (Chinese)', 'other', (each) => traditional.has(each)),
    { ...codePage('euc-kr', 'EUC-KR (Korean)', 'other', matches(/[가-힣]/u)), beatsEqual: true },
    fallback,
    codePage('ibm866', 'CP866 (Cyrillic)', 'cyrillic', isCyrillic),
    codePage('windows-1251', 'Windows-1251 (Cyrillic)', 'cyrillic', isCyrillic),
    codePage('windows-1252', 'Windows-1252 (western)', 'latin', isWestern),
  ]
}

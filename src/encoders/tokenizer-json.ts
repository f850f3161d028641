/** Unicode's white space, which `\s` means to the reference tokenizers and almost, not quite, in JavaScript. */
const space = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** The expression that a ByteLevel pre-tokenizer splits by unless told otherwise: GPT-2's. */
const byteLevelSplit = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/**
 * A tokenizer.json in whose expressions white space is spelled out, so that JavaScript reads them as the reference
 * (tokenizers, in Rust) does: every `\s`, and what ByteLevel and Strip do of their own accord.
 */
export function asReferenceReads<T>(json: T): T {
  return JSON.parse(JSON.stringify(json, (key, value) => (key === 'vocab' ? value : rewritten(key, value))))
}

function rewritten(key: string, value: unknown): unknown {
  if (key === 'Regex' && typeof value === 'string') return spelledOut(value)
  if (typeof value !== 'object' || value === null || !('type' in value)) return value
  if (value.type === 'ByteLevel' && key !== 'decoder') return byteLevel({ ...value })
  if (value.type === 'Strip' && 'strip_left' in value && 'strip_right' in value) {
    const ends = [
      ...(value.strip_left ? [`^[${space}]+`] : []),
      ...(value.strip_right ? [`[${space}]+$`] : []),
    ]
    return ends.length === 0 ? value : { type: 'Replace', pattern: { Regex: ends.join('|') }, content: '' }
  }
  return value
}

function byteLevel(value: Record<string, unknown>): unknown {
  if (value.use_regex === false || value.add_prefix_space !== false) return value
  const split = {
    type: 'Split',
    pattern: { Regex: byteLevelSplit },
    behavior: 'Isolated',
    invert: false,
  }
  return { type: 'Sequence', pretokenizers: [split, { ...value, use_regex: false }] }
}

function spelledOut(expression: string): string {
  let inClass = false
  return expression.replace(/\\s|\\S|\\.|[[\]]/gs, (part) => {
    if (part === '[') inClass = true
    if (part === ']') inClass = false
    if (part === '\\S' && !inClass) return `[^${space}]`
    return part === '\\s' ? (inClass ? space : `[${space}]`) : part
  })
}

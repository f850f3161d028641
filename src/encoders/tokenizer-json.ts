/** Unicode's white space. The reference tokenizers' `\s` means this; JavaScript's `\s` differs slightly. */
const space = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** The default expression by which a ByteLevel pre-tokenizer splits texts, from GPT-2. */
const byteLevelSplit = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/**
 * A copy of a tokenizer.json with white space spelled out in its expressions, so that they mean the same in JavaScript as in
 * the reference (the Rust library tokenizers): every `\s`, and the built-in behaviour of ByteLevel and Strip.
 */
export function withSpelledOutSpaces<T>(json: T): T {
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

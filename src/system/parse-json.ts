/** Parses JSON. A byte-order mark, which some editors write at the start of a file, is left out. */
export const parseJson = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ''))

// CALIP (arXiv 2209.14169) written out from the paper, number by number.

type Row = readonly number[]

const dot = (a: Row, b: Row): number => a.reduce((sum, value, k) => sum + value * (b[k] as number), 0)

function softmax(values: Row): number[] {
  const greatest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - greatest))
  const sum = powers.reduce((all, power) => all + power, 0)
  return powers.map((power) => power / sum)
}

/** The weighted sum of some rows. */
const mixed = (weights: Row, rows: readonly Row[]): number[] =>
  (rows[0] ?? []).map((_, k) =>
    rows.reduce((sum, row, i) => sum + (weights[i] as number) * (row[k] as number), 0),
  )

/** Logits of an image, [C], by its feature, those of its patches [P, d], and of texts [C, d]; the scale of logits is that of the encoder. */
export function calipLogits(
  {
    image,
    patches,
    texts,
  }: { readonly image: Row; readonly patches: readonly Row[]; readonly texts: readonly Row[] },
  { scale, beta2, beta3 }: { readonly scale: number; readonly beta2: number; readonly beta3: number },
): number[] {
  const seen = patches.map((patch) => mixed(softmax(texts.map((text) => 2 * dot(patch, text))), texts))
  const pooled = image.map((_, k) => {
    const values = seen.map((row) => row[k] as number)
    return values.reduce((sum, value) => sum + value, 0) / values.length + Math.max(...values)
  })
  return texts.map((text) => {
    const ofText = mixed(softmax(patches.map((patch) => 2 * dot(patch, text))), patches)
    return scale * dot(image, text) + 100 * (beta2 * dot(image, ofText) + beta3 * dot(pooled, text))
  })
}

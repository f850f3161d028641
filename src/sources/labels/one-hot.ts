/** A row names its class if it has just one 1; most rows with any must. */
const enough = 0.5

/** The columns of which each is a class and has 1 where an image has it, else 0; none if the values are others. */
export function oneHotColumns(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const isFlag = (value: string | undefined) => /^([01](\.0*)?|true|false|)$/i.test(value ?? '')
  const columns = names.flatMap((name, i) =>
    name.trim() !== '' && rows.every((row) => isFlag(row[i])) && rows.some((row) => row[i] !== '') ? [i] : [],
  )
  const isOne = (row: readonly string[], i: number) => /^(1|true)/i.test(row[i] ?? '')
  const ones = rows.map((row) => columns.filter((i) => isOne(row, i)).length).filter((count) => count > 0)
  const telling = ones.filter((count) => count === 1).length
  return columns.length >= 2 && telling > 0 && telling >= enough * ones.length
    ? columns.map((i) => names[i] ?? '')
    : []
}

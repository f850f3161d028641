import { type Matrix, sliceRows, stackRows } from '../tensor/matrix.js'
import type { RunOptions, Session, Tensor } from '../tensor/runtime.js'
import { rowsOf } from './tensor-rows.js'
import { featuresOf } from './tower-graph.js'

export type Feeds = Readonly<Record<string, Tensor>>

export interface RunnableTower {
  readonly session: Session
  readonly output: string
  /** The only number of rows that the graph takes; undefined if the number may vary. */
  readonly batch: number | undefined
  readonly dimensions: number
}

/**
 * Features of `rows` images or texts, not of unit length: [rows, d]. `inputs` have a row for each; `others` are the same for
 * all. A graph that was exported for a fixed number of rows, often one, is run once for each such number, and a last batch
 * that is not full is filled up with zeros. Throws as `Session.run` and `featuresOf`.
 */
export async function runTower(
  { session, output, batch, dimensions }: RunnableTower,
  rows: number,
  inputs: Feeds,
  { others = {}, transfer = [] }: { readonly others?: Feeds } & Pick<RunOptions, 'transfer'> = {},
): Promise<Matrix> {
  const run = async (feeds: Feeds, options: RunOptions): Promise<Matrix> => {
    const results = await session.run({ ...feeds, ...others }, { ...options, outputs: [output] })
    return featuresOf(results[output], dimensions)
  }
  if (batch === undefined || batch === rows) return run(inputs, { transfer })
  const parts: Matrix[] = []
  for (let from = 0; from < rows; from += batch) {
    const part = Object.entries(inputs).map(([name, tensor]) => [name, rowsOf(tensor, from, batch)] as const)
    const features = await run(Object.fromEntries(part), {})
    parts.push(sliceRows(features, 0, Math.min(batch, rows - from)))
  }
  return stackRows(parts, dimensions)
}

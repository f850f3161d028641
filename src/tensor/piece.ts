import type { Graph, KernelInput, Kernels } from './kernels.js'
import type { Matrix } from './matrix.js'
import type { Shape } from './onnx/graph.js'

/**
 * A part of a graph, with its constants. Its nodes read values by their names and compute a matrix named `result`. It is
 * described once and used twice: Shotboard runs it, and writes it into exported classifiers. Its operators must mean the same
 * in all of ONNX's opsets from 13 on.
 */
export interface Piece {
  readonly nodes: Graph['nodes']
  /** Matrices, vectors and numbers are float32; a list of whole numbers is an int64 vector, such as a shape or axes. */
  readonly constants?: Readonly<Record<string, Constant>>
}

export type Constant = KernelInput | readonly number[]

/** Runs a piece. The graph is built at its first use and cached under `name`, so pieces of a name differ in float constants alone. */
export function runPiece(
  kernels: Pick<Kernels, 'run'>,
  name: string,
  { nodes, constants = {} }: Piece,
  inputs: Readonly<Record<string, Matrix>>,
): Promise<Matrix> {
  const floats: Record<string, KernelInput> = { ...inputs }
  const integers: { name: string; values: readonly number[] }[] = []
  for (const [constant, value] of Object.entries(constants)) {
    if (isIntegers(value)) integers.push({ name: constant, values: value })
    else floats[constant] = value
  }
  const describe = (): Graph => ({
    inputs: Object.fromEntries(Object.entries(floats).map(([each, value]) => [each, shapeOf(each, value)])),
    outputs: { result: ['rows', 'columns'] },
    constants: integers,
    nodes,
  })
  return kernels.run(name, describe, floats)
}

/** The values that a piece reads and does not have. */
export const outerValues = ({ nodes, constants = {} }: Piece): string[] => {
  const made = new Set([...Object.keys(constants), ...nodes.flatMap(({ output }) => output)])
  return nodes.flatMap(({ input }) => input).filter((name) => !made.has(name))
}

export const isIntegers = (value: Constant): value is readonly number[] => Array.isArray(value)

function shapeOf(name: string, value: KernelInput): Shape {
  if (typeof value === 'number') return [1]
  return value instanceof Float32Array ? [`${name} length`] : [`${name} rows`, `${name} columns`]
}

/** A piece after another, whose `result` it reads as `input`. */
export function chained(first: Piece, second: Piece, input: string): Piece {
  const [before, after] = [renamed(first, 'first'), renamed(second, 'second')]
  const read = (name: string) => (name === `second.${input}` ? 'first.result' : name)
  const nodes = after.nodes.map((node) => ({ ...node, input: node.input.map(read) }))
  return {
    nodes: [...before.nodes, ...nodes].map((node) => ({ ...node, ...outerNames(node) })),
    constants: { ...before.constants, ...after.constants },
  }

  /** What is read from outside, and the result, keep their names. */
  function outerNames(node: Graph['nodes'][number]) {
    const outer = (name: string) => {
      if (name === 'second.result') return 'result'
      const [, own = ''] = /^first\.(.*)$/.exec(name) ?? []
      return own !== '' && isOuter(first, own) ? own : name
    }
    return { input: node.input.map(outer), output: node.output.map(outer) }
  }
}

/** Whether a piece reads a value from outside. */
const isOuter = ({ nodes, constants = {} }: Piece, name: string): boolean =>
  !(name in constants) && !nodes.some(({ output }) => output.includes(name))

function renamed({ nodes, constants = {} }: Piece, prefix: string): Required<Piece> {
  const rename = (name: string) => `${prefix}.${name}`
  return {
    nodes: nodes.map((node) => ({
      ...node,
      name: rename(node.name),
      input: node.input.map(rename),
      output: node.output.map(rename),
    })),
    constants: Object.fromEntries(Object.entries(constants).map(([name, value]) => [rename(name), value])),
  }
}

import { type Matrix, matrix } from './matrix.js'
import { elementType, graph, type NodeOptions, node, type Shape } from './onnx/graph.js'
import { createResidentMatrices } from './resident-matrices.js'
import type { ResidentTensor, Runtime, Session, Tensor } from './runtime.js'

/** Dense operations for methods and feature spaces. ONNX Runtime runs them on the computing thread. */
export interface Kernels {
  /**
   * Marks a matrix that is an input of many runs, such as keys or class weights: its copy stays with the computing thread until
   * nothing refers to the matrix. Do not write to it afterwards. Returns the matrix.
   */
  keep(matrix: Matrix): Matrix
  /** `A·Bᵀ`: [n, d], [m, d] → [n, m]. For unit rows, their cosine similarities. */
  dot(a: Matrix, b: Matrix): Promise<Matrix>
  /** `A·B`: [n, k], [k, m] → [n, m]. */
  multiply(a: Matrix, b: Matrix): Promise<Matrix>
  /** `Aᵀ·A`: [n, d] → [d, d], the uncentred scatter of the rows. */
  scatter(a: Matrix): Promise<Matrix>
  /** `exp(−β(1 − A))`, elementwise: affinities [n, s] → weights of keys [n, s]. */
  sharpen(affinities: Matrix, beta: number): Promise<Matrix>
  /** `exp(−β(1 − A))·L` for keys sorted by class, `shots` of each: [n, C·shots] → [n, C]. */
  sharpenedSums(affinities: Matrix, beta: number, shots: number): Promise<Matrix>
  /** `log softmax(A/τ) + log C` of every row, the log-ratio to the uniform distribution: [n, C] → [n, C]. */
  logSoftmax(a: Matrix, temperature: number): Promise<Matrix>
  /** `(A − mean)·W`, rows scaled to unit length: [n, d], [d], [d, m] → [n, m]. A row of zeros stays zero. */
  project(a: Matrix, mean: Float32Array, w: Matrix): Promise<Matrix>
  /** `A − mean`, rows scaled to unit length: [n, d], [d] → [n, d]. A row of zeros stays zero. */
  centre(a: Matrix, mean: Float32Array): Promise<Matrix>
  /**
   * Runs a graph of your own. It is built at the first use and cached under `name`. Its inputs are matrices, vectors and
   * numbers (of shape [1]); its output must be a float32 matrix named `result`.
   */
  run(name: string, describe: () => Graph, inputs: Readonly<Record<string, KernelInput>>): Promise<Matrix>
  /** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric [d, d], in double precision. */
  eigh(size: number, data: Float64Array): Promise<{ values: Float64Array; vectors: Float64Array }>
  /** `(A + ridge·I)⁻¹·B` in double precision, for a positive semidefinite A: [n, n], [n, m] → [n, m]. */
  solveRidge(a: Matrix, ridge: number, b: Matrix): Promise<Matrix>
  /**
   * An upper triangular W with `W·Wᵀ = (A + ridge·I)⁻¹`, in double precision, for a positive semidefinite A, [n, n] →
   * [n, n]. `x·W` has the inner products of `x·(A + ridge·I)^(−1/2)`, of which it is a rotation.
   */
  inverseRoot(a: Matrix, ridge: number): Promise<Matrix>
}

export type Graph = Parameters<typeof graph>[0]
export type KernelInput = Matrix | Float32Array | number

/** The kernels of a runtime. Each graph is built once, at its first use. */
export function createKernels(runtime: Runtime): Kernels {
  const sessions = new Map<string, Promise<Session>>()
  const residents = createResidentMatrices(runtime)

  async function run(
    name: string,
    describe: () => Graph,
    inputs: Readonly<Record<string, KernelInput>>,
  ): Promise<Matrix> {
    let session = sessions.get(name)
    if (session === undefined) {
      session = runtime.open(graph(describe()))
      sessions.set(name, session)
    }
    const borrowed = Object.entries(inputs).flatMap(([input, value]) => {
      const copy = isMatrix(value) ? residents.borrow(value) : undefined
      return copy ? [{ input, ...copy }] : []
    })
    const feeds: Record<string, Tensor | ResidentTensor> = {}
    try {
      for (const { input, tensor } of borrowed) feeds[input] = await tensor
      for (const [input, value] of Object.entries(inputs)) feeds[input] ??= tensor(value)
      const { result } = await (await session).run(feeds)
      return matrixOf(name, result)
    } finally {
      for (const { giveBack } of borrowed) giveBack()
    }
  }

  /** ONNX Runtime rejects some operators on empty tensors. Their result is empty anyway. */
  const runUnlessEmpty = (
    rows: number,
    columns: number,
    ...kernel: Parameters<typeof run>
  ): Promise<Matrix> =>
    rows === 0 || columns === 0 ? Promise.resolve(matrix(rows, columns)) : run(...kernel)

  return {
    keep: residents.keep,
    dot: (a, b) => runUnlessEmpty(a.rows, b.rows, 'dot', dotGraph, { a, b }),
    multiply: (a, b) => runUnlessEmpty(a.rows, b.columns, 'multiply', multiplyGraph, { a, b }),
    scatter: (a) =>
      a.rows === 0 ? Promise.resolve(matrix(a.columns, a.columns)) : run('scatter', scatterGraph, { a }),
    sharpen: (affinities, beta) =>
      runUnlessEmpty(affinities.rows, affinities.columns, 'sharpen', sharpenGraph, { affinities, beta }),
    sharpenedSums(affinities, beta, shots) {
      const { rows, columns } = affinities
      const describe = () => sharpenedSumsGraph(shots)
      return runUnlessEmpty(rows, columns / shots, `sums of ${shots}`, describe, { affinities, beta })
    },
    logSoftmax(a, temperature) {
      const logClasses = Math.log(a.columns)
      return runUnlessEmpty(a.rows, a.columns, 'logSoftmax', logSoftmaxGraph, { a, temperature, logClasses })
    },
    project: (a, mean, w) => runUnlessEmpty(a.rows, w.columns, 'project', projectGraph, { a, mean, w }),
    centre: (a, mean) => runUnlessEmpty(a.rows, a.columns, 'centre', centreGraph, { a, mean }),
    run,
    eigh: (size, data) => runtime.eigh(size, data),
    async solveRidge(a, ridge, b) {
      const solution = await runtime.solve(a.rows, ridged(a, ridge), b.columns, Float64Array.from(b.data))
      return matrix(b.rows, b.columns, Float32Array.from(solution))
    },
    async inverseRoot(a, ridge) {
      const root = await runtime.inverseRoot(a.rows, ridged(a, ridge))
      return matrix(a.rows, a.rows, Float32Array.from(root))
    },
  }
}

/** `A + ridge·I` in double precision. */
function ridged(a: Matrix, ridge: number): Float64Array {
  const sum = Float64Array.from(a.data)
  for (let at = 0; at < sum.length; at += a.rows + 1) sum[at] = (sum[at] as number) + ridge
  return sum
}

const isMatrix = (value: KernelInput): value is Matrix => typeof value === 'object' && 'rows' in value

function matrixOf(kernel: string, result: Tensor | undefined): Matrix {
  if (result?.type !== 'float32') throw new Error(`kernel ${kernel} returned no float32 result`)
  const [rows = 0, columns = 0] = result.dims
  return matrix(rows, columns, result.data)
}

function tensor(value: KernelInput): Tensor {
  if (typeof value === 'number') return tensor(Float32Array.of(value))
  if (value instanceof Float32Array) return { type: 'float32', dims: [value.length], data: value }
  return { type: 'float32', dims: [value.rows, value.columns], data: value.data }
}

/** One node of a graph: an ONNX operator, its inputs, its output. */
export const operator = (
  name: string,
  inputs: readonly string[],
  output: string,
  attributes?: NodeOptions['attributes'],
) => node(name, attributes === undefined ? { inputs, output } : { inputs, output, attributes })

const result: Record<string, Shape> = { result: ['rows', 'columns'] }

const dotGraph = (): Graph => ({
  inputs: { a: ['n', 'd'], b: ['m', 'd'] },
  outputs: result,
  nodes: [operator('Gemm', ['a', 'b'], 'result', { transB: 1 })],
})

const multiplyGraph = (): Graph => ({
  inputs: { a: ['n', 'k'], b: ['k', 'm'] },
  outputs: result,
  nodes: [operator('MatMul', ['a', 'b'], 'result')],
})

const scatterGraph = (): Graph => ({
  inputs: { a: ['n', 'd'] },
  outputs: result,
  nodes: [operator('Gemm', ['a', 'a'], 'result', { transA: 1 })],
})

/** The nodes of `exp(β·A − β)`, of `affinities` and `beta`: equals `exp(−β(1 − A))` and needs one pass less. */
export const sharpening = (output: string) => [
  operator('Mul', ['affinities', 'beta'], 'scaled'),
  operator('Sub', ['scaled', 'beta'], 'exponent'),
  operator('Exp', ['exponent'], output),
]

const sharpenGraph = (): Graph => ({
  inputs: { affinities: ['n', 's'], beta: [1] },
  outputs: result,
  nodes: sharpening('result'),
})

const sharpenedSumsGraph = (shots: number): Graph => ({
  inputs: { affinities: ['n', 's'], beta: [1] },
  outputs: result,
  constants: [
    { name: 'byClass', values: [0, -1, shots] },
    { name: 'withinClass', values: [2] },
  ],
  nodes: [
    ...sharpening('weights'),
    operator('Reshape', ['weights', 'byClass'], 'grouped'),
    operator('ReduceSum', ['grouped', 'withinClass'], 'result', { keepdims: 0 }),
  ],
})

const logSoftmaxGraph = (): Graph => ({
  inputs: { a: ['n', 'c'], temperature: [1], logClasses: [1] },
  outputs: result,
  nodes: [...logRatioNodes('a', 'ratios'), operator('Cast', ['ratios'], 'result', { to: elementType.float })],
})

/**
 * The nodes of `log softmax(A/temperature) + logClasses` of every row. In double precision, since nearly uniform distributions
 * differ only in the last digits of their logarithms.
 */
export const logRatioNodes = (a: string, output: string) => [
  operator('Cast', [a], 'wideA', { to: elementType.double }),
  operator('Cast', ['temperature'], 'wideTemperature', { to: elementType.double }),
  operator('Cast', ['logClasses'], 'wideLogClasses', { to: elementType.double }),
  operator('Div', ['wideA', 'wideTemperature'], 'scaled'),
  operator('LogSoftmax', ['scaled'], 'logs', { axis: 1 }),
  operator('Add', ['logs', 'wideLogClasses'], output),
]

const unit = (input: string) => [operator('LpNormalization', [input], 'result', { axis: 1, p: 2 })]

const projectGraph = (): Graph => ({
  inputs: { a: ['n', 'd'], mean: ['d'], w: ['d', 'm'] },
  outputs: result,
  nodes: [
    operator('Sub', ['a', 'mean'], 'centred'),
    operator('MatMul', ['centred', 'w'], 'projected'),
    ...unit('projected'),
  ],
})

const centreGraph = (): Graph => ({
  inputs: { a: ['n', 'd'], mean: ['d'] },
  outputs: result,
  nodes: [operator('Sub', ['a', 'mean'], 'centred'), ...unit('centred')],
})

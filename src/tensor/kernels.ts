import { type Matrix, matrix } from './matrix.js'
import { elementType, graph, type NodeOptions, node, type Shape } from './onnx/graph.js'
import type { Runtime, Session, Tensor } from './runtime.js'

/** The dense steps that methods and spaces are made of, run by ONNX Runtime on the computing thread. */
export interface Kernels {
  /** `A·Bᵀ`: [n, d], [m, d] → [n, m]. For unit rows, their cosine similarities. */
  dot(a: Matrix, b: Matrix): Promise<Matrix>
  /** `A·B`: [n, k], [k, m] → [n, m]. */
  multiply(a: Matrix, b: Matrix): Promise<Matrix>
  /** `Aᵀ·A`: [n, d] → [d, d], the uncentred scatter of the rows. */
  scatter(a: Matrix): Promise<Matrix>
  /** `exp(−β(1 − A))`, elementwise: affinities [n, s] to the weights of keys. */
  sharpen(affinities: Matrix, beta: number): Promise<Matrix>
  /** `exp(−β(1 − A))·L` where every class has `shots` keys that stand together: [n, C·shots] → [n, C]. */
  sharpenedSums(affinities: Matrix, beta: number, shots: number): Promise<Matrix>
  /** `log softmax(A/τ)` of every row, plus `log C`: the log-ratio to the uniform distribution. [n, C] → [n, C]. */
  logSoftmax(a: Matrix, temperature: number): Promise<Matrix>
  /** `(A − mean)·W` with unit rows: [n, d], [d], [d, m] → [n, m]. A row of zeros stays one. */
  project(a: Matrix, mean: Float32Array, w: Matrix): Promise<Matrix>
  /** `A − mean` with unit rows: [n, d], [d] → [n, d]. A row of zeros stays one. */
  centre(a: Matrix, mean: Float32Array): Promise<Matrix>
  /** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric [d, d], in double precision. */
  eigh(size: number, data: Float64Array): Promise<{ values: Float64Array; vectors: Float64Array }>
}

type Graph = Parameters<typeof graph>[0]

/** The kernels on a runtime. Every graph is built when first used, once. */
export function createKernels(runtime: Runtime): Kernels {
  const sessions = new Map<string, Promise<Session>>()

  /** Runs the graph of that name on the inputs and returns its output `result`. */
  async function run(name: string, describe: () => Graph, feeds: Record<string, Tensor>): Promise<Matrix> {
    let session = sessions.get(name)
    if (session === undefined) {
      session = runtime.open(graph(describe()))
      sessions.set(name, session)
    }
    const { result } = await (await session).run(feeds)
    if (result?.type !== 'float32') throw new Error(`kernel ${name} gave no float32 result`)
    const [rows = 0, columns = 0] = result.dims
    return matrix(rows, columns, result.data)
  }

  return {
    dot: (a, b) => whereNotEmpty(a.rows, b.rows, () => run('dot', dotGraph, { a: tensor(a), b: tensor(b) })),
    multiply: (a, b) =>
      whereNotEmpty(a.rows, b.columns, () => run('multiply', multiplyGraph, { a: tensor(a), b: tensor(b) })),
    scatter: (a) => run('scatter', scatterGraph, { a: tensor(a) }),
    sharpen: (affinities, beta) =>
      whereNotEmpty(affinities.rows, affinities.columns, () =>
        run('sharpen', sharpenGraph, { affinities: tensor(affinities), beta: scalar(beta) }),
      ),
    sharpenedSums: (affinities, beta, shots) =>
      whereNotEmpty(affinities.rows, affinities.columns / shots, () =>
        run(`sharpenedSums of ${shots}`, () => sharpenedSumsGraph(shots), {
          affinities: tensor(affinities),
          beta: scalar(beta),
        }),
      ),
    logSoftmax: (a, temperature) =>
      whereNotEmpty(a.rows, a.columns, () =>
        run('logSoftmax', logSoftmaxGraph, {
          a: tensor(a),
          temperature: scalar(temperature),
          logClasses: scalar(Math.log(a.columns)),
        }),
      ),
    project: (a, mean, w) =>
      whereNotEmpty(a.rows, w.columns, () =>
        run('project', projectGraph, { a: tensor(a), mean: vector(mean), w: tensor(w) }),
      ),
    centre: (a, mean) =>
      whereNotEmpty(a.rows, a.columns, () =>
        run('centre', centreGraph, { a: tensor(a), mean: vector(mean) }),
      ),
    eigh: (size, data) => runtime.eigh(size, data),
  }
}

/** ONNX Runtime refuses some operators on empty tensors; the result of those is empty anyway. */
function whereNotEmpty(rows: number, columns: number, work: () => Promise<Matrix>): Promise<Matrix> {
  return rows === 0 || columns === 0 ? Promise.resolve(matrix(rows, columns)) : work()
}

const tensor = ({ rows, columns, data }: Matrix): Tensor => ({ type: 'float32', dims: [rows, columns], data })
const vector = (data: Float32Array): Tensor => ({ type: 'float32', dims: [data.length], data })
const scalar = (value: number): Tensor => vector(Float32Array.of(value))

const operator = (name: string, inputs: string[], output: string, attributes?: NodeOptions['attributes']) =>
  node(name, attributes === undefined ? { inputs, output } : { inputs, output, attributes })

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

/** exp(β·A − β), which is exp(−β(1 − A)) with one pass fewer. */
const sharpening = (output: string) => [
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

/** In double precision: between nearly uniform distributions the logarithms' last digits are what counts. */
const logSoftmaxGraph = (): Graph => ({
  inputs: { a: ['n', 'c'], temperature: [1], logClasses: [1] },
  outputs: result,
  nodes: [
    operator('Cast', ['a'], 'wideA', { to: elementType.double }),
    operator('Cast', ['temperature'], 'wideTemperature', { to: elementType.double }),
    operator('Cast', ['logClasses'], 'wideLogClasses', { to: elementType.double }),
    operator('Div', ['wideA', 'wideTemperature'], 'scaled'),
    operator('LogSoftmax', ['scaled'], 'logs', { axis: 1 }),
    operator('Add', ['logs', 'wideLogClasses'], 'ratios'),
    operator('Cast', ['ratios'], 'result', { to: elementType.float }),
  ],
})

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

import { availableParallelism } from 'node:os'
import { createFairQueue } from '../system/fair-queue.js'
import { currentScope, type WorkScope } from '../system/work-scope.js'
import { startWorkerThread, type WorkerThread } from '../system/worker-thread.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { disableTelemetry } from './disable-telemetry.js'
import { graph, node } from './onnx/graph.js'

/** An input or output of a session, row-major. */
export type Tensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }

/** A float32 tensor that stays with the computing thread. It can be an input of many runs, and is sent once. */
export interface ResidentTensor {
  readonly resident: number
}

/** An ONNX graph, ready to run. */
export interface Session {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Each input's element type, such as `float32` or `int64`, and shape; a dimension that varies has a name. */
  readonly signature: Readonly<Record<string, Signature>>
  /**
   * Runs the graph once. Throws ONNX Runtime's error, for example for an input of the wrong shape. Inputs are copied to
   * the computing thread, unless they are named in `transfer`.
   */
  run(
    feeds: Readonly<Record<string, Tensor | ResidentTensor>>,
    options?: RunOptions,
  ): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

export interface Signature {
  readonly type: string
  readonly shape: readonly (number | string)[]
}

export interface RunOptions {
  /** Inputs whose buffers are moved to the computing thread instead of copied. The caller must not use them again. */
  readonly transfer?: readonly string[]
  /** The outputs to compute; all by default. */
  readonly outputs?: readonly string[]
}

export interface OpenOptions {
  /** The folder of the weight files that a model given as bytes refers to. */
  readonly weightsFolder?: string
  /** The level of ONNX Runtime's graph optimisations; `all` by default. */
  readonly optimization?: 'extended' | 'all'
  /**
   * Whether ONNX Runtime may keep a second copy of weights, packed for speed; true by default. A training graph reads its
   * weights both plain and transposed, so the packed copy would only cost memory.
   */
  readonly packWeights?: boolean
  /**
   * Whether intermediate results are planned into one block of memory; true by default. In training many of them live
   * long, so the block is larger than the memory in use at any one time.
   */
  readonly planMemory?: boolean
}

/** A computing thread. It runs ONNX sessions, and the few dense routines that ONNX has no operator for. */
export interface Runtime {
  /** The number of threads that one graph uses. */
  readonly threads: number
  /** Whether graphs run on the CPU, and then keep all of `threads` busy. */
  readonly onCpu: boolean
  /** Opens an ONNX model from its file path or its bytes. Throws ONNX Runtime's error for a model that it cannot read. */
  open(model: string | Uint8Array, options?: OpenOptions): Promise<Session>
  /** Copies a float32 tensor to the computing thread, where it stays until it is dropped. Do not write to it meanwhile. */
  keep(data: Float32Array, dims: readonly number[]): Promise<ResidentTensor>
  /** Frees the memory of a tensor. Later runs with it fail. */
  drop(tensor: ResidentTensor): Promise<void>
  /** The execution providers of this build of ONNX Runtime: `cpu`, and perhaps `cuda`, `dml`, `coreml` and others. */
  providers(): Promise<readonly string[]>
  /** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix, row-major [d, d], double precision. */
  eigh(size: number, data: Float64Array): Promise<{ values: Float64Array; vectors: Float64Array }>
  /**
   * X of `A·X = B`, row-major [size, columns], for a symmetric positive definite A [size, size], in double precision.
   * Throws an error if A is not positive definite.
   */
  solve(size: number, data: Float64Array, columns: number, rightSide: Float64Array): Promise<Float64Array>
  /**
   * An upper triangular W with `W·Wᵀ = A⁻¹`, row-major, for a symmetric positive definite A [size, size], in double
   * precision. Throws an error if A is not positive definite.
   */
  inverseRoot(size: number, data: Float64Array): Promise<Float64Array>
  /** Rejects pending and later requests, and ends the thread once it is idle. */
  close(): Promise<void>
}

export interface RuntimeOptions {
  /** The number of threads that one graph uses; one per core by default. */
  readonly threads?: number | undefined
  /** Execution providers in order of preference; the CPU by default. */
  readonly providers?: readonly string[]
}

/** The number of values that are sent to stay at a time, so that copying them does not hold the event loop. */
const partLength = 2 ** 20

/** One request runs while the next is on its way to the thread. */
const requestsAtOnce = 2

const threadName = 'the computing thread'
const ended = (): Error => new Error(`${threadName} has ended`)

/** A computing thread. It starts at the first request, and does not keep the process alive while it is idle. */
export function openRuntime({
  threads = availableParallelism(),
  providers = ['cpu'],
}: RuntimeOptions = {}): Runtime {
  let thread: WorkerThread | undefined
  let closed = false
  let lastResident = 0

  const queue = createFairQueue(requestsAtOnce)

  /** Sends a request at its turn. Requests in the scope of a client end with that client, as long as they are not begun. */
  function request<T>(
    operation: string,
    message: object,
    transfer: readonly ArrayBuffer[] = [],
    scope: WorkScope | undefined = undefined,
  ): Promise<T> {
    // The caller may change its buffers while the request waits.
    const isKept = queue.isBusy()
    const kept = isKept ? structuredClone(message, { transfer: [...transfer] }) : message
    const buffers = isKept ? buffersOf(kept) : transfer
    return queue.add(scope, () => {
      if (closed) return Promise.reject(ended())
      thread ??= startComputing()
      return thread.request({ operation, ...kept }, buffers)
    })
  }

  const sessionOptions = ({
    weightsFolder,
    packWeights = true,
    planMemory = true,
    optimization = 'all',
  }: OpenOptions) => ({
    executionProviders: providers,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: optimization,
    enableMemPattern: planMemory,
    // Errors are thrown. Warnings about a model's graph are nothing that a reader of our log can fix.
    logSeverityLevel: 3 as const,
    extra: {
      session: {
        // Between the operators of a run threads spin, since waking them would slow a small batch down. Between runs they
        // sleep, so that image decoding has the cores.
        intra_op: { allow_spinning: '1' },
        force_spinning_stop: '1',
        ...(!packWeights && { disable_prepacking: '1' }),
        ...(weightsFolder !== undefined && { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  })

  let product: Promise<{ readonly session: number }> | undefined
  const openProduct = () =>
    request<{ readonly session: number }>('open', {
      model: graph(doubleProduct),
      options: { ...sessionOptions({}), executionProviders: ['cpu'] },
    })

  return {
    threads,
    onCpu: providers[0] === 'cpu',
    async open(model, openOptions = {}) {
      const { session, ...description } = await request<
        Omit<Session, 'run' | 'release'> & { session: number }
      >('open', { model, options: sessionOptions(openOptions) })
      return {
        ...description,
        run(feeds, { transfer = [], outputs } = {}) {
          const whole = Object.fromEntries(
            Object.entries(feeds).map(([name, tensor]) => [
              name,
              'resident' in tensor ? tensor : ownBuffer(tensor),
            ]),
          )
          const buffers = Object.entries(whole).flatMap(([name, tensor]) => {
            if ('resident' in tensor) return []
            const { buffer } = tensor.data
            // A tensor that `ownBuffer` has copied need not be copied again.
            const isOurs = tensor !== feeds[name] || transfer.includes(name)
            return isOurs && buffer instanceof ArrayBuffer ? [buffer] : []
          })
          return request('run', { session, feeds: whole, outputs }, buffers, currentScope())
        },
        release: () => request('release', { session }),
      }
    },
    async keep(data, dims) {
      lastResident += 1
      const tensor = { resident: lastResident }
      await request('keep', { ...tensor, dims, length: data.length })
      const yieldToEventLoop = createYieldToEventLoop()
      for (let from = 0; from < data.length; from += partLength) {
        const part = data.slice(from, from + partLength)
        await request('write', { ...tensor, from, data: part }, [part.buffer])
        await yieldToEventLoop()
      }
      return tensor
    },
    drop: (tensor) => request('drop', tensor),
    providers: () => request('providers', {}),
    async eigh(size, data) {
      product ??= openProduct()
      const { session } = await product
      return request('eigh', { size, data, threads, product: session }, [], currentScope())
    },
    solve: (size, data, columns, rightSide) =>
      request('solve', { size, data, columns, rightSide }, [], currentScope()),
    inverseRoot: (size, data) => request('inverseRoot', { size, data }, [], currentScope()),
    async close() {
      closed = true
      thread?.fail(ended())
      await thread?.close()
    },
  }
}

/** `A·B` in double precision. */
const doubleProduct: Parameters<typeof graph>[0] = {
  type: 'double',
  inputs: { a: ['m', 'k'], b: ['k', 'n'] },
  outputs: { product: ['m', 'n'] },
  nodes: [node('MatMul', { inputs: ['a', 'b'], output: 'product' })],
}

function startComputing(): WorkerThread {
  disableTelemetry()
  return startWorkerThread(new URL('./compute-worker.js', import.meta.url), threadName)
}

/** The buffers of a message's inputs, each once. */
const buffersOf = (message: object): ArrayBuffer[] => {
  const feeds =
    'feeds' in message
      ? Object.values(message.feeds as Readonly<Record<string, Tensor | ResidentTensor>>)
      : 'data' in message
        ? [message as { readonly data: Float32Array }]
        : []
  return [
    ...new Set(
      feeds.flatMap((feed) =>
        'data' in feed && feed.data.buffer instanceof ArrayBuffer ? [feed.data.buffer] : [],
      ),
    ),
  ]
}

/** The tensor over a buffer of just its size: posting a view of a larger buffer would send all of that buffer. Shared memory is not sent at all. */
function ownBuffer(tensor: Tensor): Tensor {
  const { byteLength, buffer } = tensor.data
  if (byteLength === buffer.byteLength || buffer instanceof SharedArrayBuffer) return tensor
  switch (tensor.type) {
    case 'float32':
      return { ...tensor, data: tensor.data.slice() }
    case 'int32':
      return { ...tensor, data: tensor.data.slice() }
    case 'int64':
      return { ...tensor, data: tensor.data.slice() }
  }
}

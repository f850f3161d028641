import { availableParallelism } from 'node:os'
import { startThread, type Thread } from '../system/worker-thread.js'

/** What goes into a session and comes out of it. */
export type Tensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }

/** An ONNX graph, ready to run. */
export interface Session {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** What the graph says of its inputs: `float32`, `int64` and so on, and a name for a dimension that varies. */
  readonly signature: Readonly<Record<string, Signature>>
  /**
   * Runs the graph once. The inputs are copied to the computing thread, those in shared memory by itself; those named in
   * `give` are handed over instead and must not be used again. `outputs` are those to be computed, all of them unless named.
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

export interface Signature {
  readonly type: string
  readonly shape: readonly (number | string)[]
}

export interface RunOptions {
  readonly give?: readonly string[]
  readonly outputs?: readonly string[]
}

export interface OpenOptions {
  /** Where the files are that a model given as bytes refers to. */
  readonly weightsFolder?: string
  /** How far ONNX Runtime rewrites the graph; `all` unless said. */
  readonly optimization?: 'extended' | 'all'
  /**
   * Whether weights may be kept a second time, arranged for speed: true unless told. Where a graph reads its weights in
   * two directions, as in training, that costs memory and gains nothing.
   */
  readonly packWeights?: boolean
  /**
   * Whether all intermediate results are laid out in one block before a run: true unless told. In training, where many of
   * them live long, the block is larger than what is ever alive at once.
   */
  readonly planMemory?: boolean
}

/** A thread that computes: ONNX sessions and the few dense routines that ONNX has no operator for. */
export interface Runtime {
  /** How many threads a graph has. */
  readonly threads: number
  /** Whether graphs run on the processor, which has then nothing left for others. */
  readonly onProcessor: boolean
  /** Opens an ONNX model, a file's path or its bytes. Throws what ONNX Runtime says of a model it cannot read. */
  open(model: string | Uint8Array, options?: OpenOptions): Promise<Session>
  /** What this build of ONNX Runtime can run graphs on: `cpu`, and perhaps `cuda`, `dml`, `coreml` and others. */
  providers(): Promise<readonly string[]>
  /** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix, row-major [d, d], double precision. */
  eigh(size: number, data: Float64Array): Promise<{ values: Float64Array; vectors: Float64Array }>
  /**
   * X of `A·X = B`, row-major [size, columns], for a symmetric positive definite A [size, size], in double precision.
   * Throws where A is not positive definite.
   */
  solve(size: number, data: Float64Array, columns: number, rightSide: Float64Array): Promise<Float64Array>
  /** Refuses what the thread has not answered, and ends it once it is idle. */
  close(): Promise<void>
}

export interface RuntimeOptions {
  /** How many threads ONNX Runtime uses; one a core unless said. */
  readonly threads?: number | undefined
  /** What graphs run on, in order of preference: the processor unless said. */
  readonly providers?: readonly string[]
}

const threadName = 'the computing thread'
const ended = (): Error => new Error(`${threadName} has ended`)

/** A computing thread, which starts when something is first asked of it and keeps no process alive while it is idle. */
export function openRuntime({
  threads = availableParallelism(),
  providers = ['cpu'],
}: RuntimeOptions = {}): Runtime {
  let started: Thread | undefined
  let closed = false

  function ask<T>(operation: string, request: object, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    if (closed) return Promise.reject(ended())
    started ??= startThread(new URL('./compute-worker.js', import.meta.url), threadName)
    return started.ask({ operation, ...request }, transfer)
  }

  const optionsWith = ({
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
    // Errors come as errors; what it warns of in others' graphs is nothing that whoever reads our log can mend.
    logSeverityLevel: 3 as const,
    extra: {
      session: {
        // Threads spin between a run's operators, where waking them would cost a small batch dearly; between runs they
        // sleep, and leave the cores to image decoding.
        intra_op: { allow_spinning: '1' },
        force_spinning_stop: '1',
        ...(!packWeights && { disable_prepacking: '1' }),
        ...(weightsFolder !== undefined && { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  })

  return {
    threads,
    onProcessor: providers[0] === 'cpu',
    async open(model, openOptions = {}) {
      const { session, ...description } = await ask<Omit<Session, 'run' | 'release'> & { session: number }>(
        'open',
        { model, options: optionsWith(openOptions) },
      )
      return {
        ...description,
        run(feeds, { give = [], outputs } = {}) {
          const whole = Object.fromEntries(
            Object.entries(feeds).map(([name, tensor]) => [name, withoutSurroundings(tensor)]),
          )
          const transfer = Object.entries(whole).flatMap(([name, tensor]) => {
            const { buffer } = tensor.data
            // What had to be copied already is not copied again.
            const isOurs = tensor !== feeds[name] || give.includes(name)
            return isOurs && buffer instanceof ArrayBuffer ? [buffer] : []
          })
          return ask('run', { session, feeds: whole, outputs }, transfer)
        },
        release: () => ask('release', { session }),
      }
    },
    providers: () => ask('providers', {}),
    eigh: (size, data) => ask('eigh', { size, data }),
    solve: (size, data, columns, rightSide) => ask('solve', { size, data, columns, rightSide }),
    async close() {
      closed = true
      started?.refuse(ended())
      await started?.close()
    },
  }
}

/** A view of part of a buffer would send the whole buffer to the other thread: copy just the part. */
function withoutSurroundings(tensor: Tensor): Tensor {
  if (tensor.data.byteLength === tensor.data.buffer.byteLength) return tensor
  return tensor.type === 'float32'
    ? { ...tensor, data: tensor.data.slice() }
    : { ...tensor, data: tensor.data.slice() }
}

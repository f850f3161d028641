// The computing thread. ONNX Runtime's Node binding runs sessions synchronously, so they must not run on the thread that
// serves requests. This file is plain JavaScript so that it loads from the sources as well as from the build.
import { parentPort } from 'node:worker_threads'
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
import { factorise, inverseTransposed, solveLower, solveUpper } from './cholesky.js'
import { createEigh } from './eigh.js'

/** @type {Map<number, InferenceSession>} */
const sessions = new Map()
let lastSession = 0

/**
 * Tensors that stay here for many runs, by number.
 * @type {Map<number, Tensor>}
 */
const resident = new Map()

/** @type {ReturnType<typeof createEigh> | undefined} */
let eigh

/** A buffer for the next input from shared memory. Reusing it saves page faults and garbage collections. */
let spare = new ArrayBuffer(0)

/**
 * A copy outside shared memory, which ONNX Runtime does not accept. Its buffer is added to `used`, for reuse after the run.
 * @param {Float32Array | Int32Array | BigInt64Array} data
 * @param {ArrayBuffer[]} used
 */
function copyOfShared(data, used) {
  const buffer = spare.byteLength < data.byteLength ? new ArrayBuffer(data.byteLength) : spare
  spare = new ArrayBuffer(0)
  used.push(buffer)
  const whole = new Uint8Array(buffer, 0, data.byteLength)
  whole.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  if (data instanceof Float32Array) return new Float32Array(buffer, 0, data.length)
  if (data instanceof Int32Array) return new Int32Array(buffer, 0, data.length)
  return new BigInt64Array(buffer, 0, data.length)
}

/** @param {number} id */
function sessionOf(id) {
  const session = sessions.get(id)
  if (session === undefined) throw new Error('this session has been released')
  return session
}

/** @param {number} number */
function residentOf(number) {
  const tensor = resident.get(number)
  if (tensor === undefined) throw new Error('this tensor has been dropped')
  return tensor
}

/** @type {Record<string, (request: any) => Promise<{ result: unknown, transfer?: ArrayBuffer[] }>>} */
const operations = {
  async providers() {
    return { result: listSupportedBackends().map(({ name }) => name) }
  },

  async open({ model, options }) {
    const session = await InferenceSession.create(model, options)
    lastSession += 1
    sessions.set(lastSession, session)
    const signature = Object.fromEntries(
      session.inputMetadata.map((input) => [
        input.name,
        input.isTensor ? { type: input.type, shape: [...input.shape] } : { type: 'none', shape: [] },
      ]),
    )
    const { inputNames: inputs, outputNames: outputs } = session
    return { result: { session: lastSession, inputs, outputs, signature } }
  },

  async run({ session, feeds, outputs: requested }) {
    /** @type {Record<string, Tensor>} */
    const inputs = {}
    /** @type {ArrayBuffer[]} */
    const used = []
    for (const [name, feed] of Object.entries(feeds)) {
      if ('resident' in feed) {
        inputs[name] = residentOf(feed.resident)
        continue
      }
      const { type, data, dims } = feed
      const own = data.buffer instanceof SharedArrayBuffer ? copyOfShared(data, used) : data
      inputs[name] = new Tensor(type, own, dims)
    }
    const outputs = await sessionOf(session).run(inputs, requested ?? sessionOf(session).outputNames)
    for (const buffer of used) if (buffer.byteLength > spare.byteLength) spare = buffer
    /** @type {Record<string, unknown>} */
    const result = {}
    /** @type {Set<ArrayBuffer>} */
    const transfer = new Set()
    for (const [name, { type, data, dims }] of Object.entries(outputs)) {
      result[name] = { type, data, dims: [...dims] }
      if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) transfer.add(data.buffer)
    }
    return { result, transfer: [...transfer] }
  },

  /** Makes room for a float32 tensor that stays. `write` fills it. */
  async keep({ resident: number, dims, length }) {
    resident.set(number, new Tensor('float32', new Float32Array(length), dims))
    return { result: null }
  },

  async write({ resident: number, from, data }) {
    const whole = /** @type {Float32Array} */ (residentOf(number).data)
    whole.set(data, from)
    return { result: null }
  },

  async drop({ resident: number }) {
    resident.delete(number)
    return { result: null }
  },

  async release({ session }) {
    await sessionOf(session).release()
    sessions.delete(session)
    return { result: null }
  },

  /** Eigenvalues and eigenvectors of a symmetric matrix, in double precision; eigenvector k is column k. */
  async eigh({ size, data, threads, product }) {
    eigh ??= createEigh(threads, async (m, k, n, a, b) => {
      const feeds = { a: new Tensor('float64', a, [m, k]), b: new Tensor('float64', b, [k, n]) }
      const outputs = await sessionOf(product).run(feeds)
      return /** @type {Float64Array} */ (outputs.product?.data)
    })
    const { values, vectors } = await eigh(size, data)
    return { result: { values, vectors }, transfer: [values.buffer, vectors.buffer] }
  },

  /** X of `A·X = B`, A symmetric and positive definite, in double precision. */
  async solve({ size, data, columns, rightSide }) {
    const solution = Float64Array.from(rightSide)
    factorise(size, data)
    solveLower(size, data, columns, solution)
    solveUpper(size, data, columns, solution)
    return { result: solution, transfer: [solution.buffer] }
  },

  /** An upper triangular W with `W·Wᵀ = A⁻¹`, A symmetric and positive definite, in double precision. */
  async inverseRoot({ size, data }) {
    factorise(size, data)
    const root = inverseTransposed(size, data)
    return { result: root, transfer: [root.buffer] }
  },
}

parentPort?.on('message', async ({ id, operation, ...request }) => {
  try {
    const perform = operations[operation]
    if (perform === undefined) throw new Error(`no operation ${operation}`)
    const { result, transfer } = await perform(request)
    parentPort?.postMessage({ id, result }, transfer ?? [])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    parentPort?.postMessage({ id, error: { message } })
  }
})

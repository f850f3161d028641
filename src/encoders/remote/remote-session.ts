import pLimit from 'p-limit'
import pRetry, { AbortError } from 'p-retry'
import { z } from 'zod'
import { errors, reasonOf } from '../../errors.js'
import type { Session, Tensor } from '../../tensor/runtime.js'
import type { Endpoint } from '../manifest.js'
import { rowsOf } from '../tensor-rows.js'
import { formatRequest, jsonLengthHeader, parseAnswer, typeOfDatatype } from './inference-request.js'

const tensorSchema = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) })
const metadataSchema = z.object({ inputs: z.array(tensorSchema), outputs: z.array(tensorSchema) })

/** Answers that may be others in a moment. */
const passing = new Set([408, 429, 502, 503, 504])
const retries = 3
const msPerRequest = 120_000

/**
 * A tower on a server that speaks the Open Inference Protocol v2, such as Triton or KServe, in the place of a session here. Rows
 * are sent in several requests at a time. A request is sent again after a lost connection or an answer that says that the server is
 * busy, which changes nothing: a model has no state. Throws ENCODER_UNREACHABLE, and REMOTE_ENCODER_FAILED for an answer that is none.
 */
export async function openRemoteSession(encoder: string, endpoint: Endpoint): Promise<Session> {
  const { url, model, version, maxBatch, requestsAtOnce } = endpoint
  const path = `${url.replace(/\/+$/, '')}/v2/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
  const limit = pLimit(requestsAtOnce)
  const failed = (reason: string) => errors.remoteEncoderFailed({ encoder, model, reason })

  const ask = async (address: string, request: RequestInit): Promise<Response> =>
    pRetry(
      async () => {
        const signal = AbortSignal.timeout(msPerRequest)
        const response = await fetch(address, { ...request, signal, redirect: 'error' }).catch(
          (error: unknown) => {
            throw errors.encoderUnreachable({ encoder, model, reason: reasonOfFetch(error) })
          },
        )
        if (response.ok) return response
        const text = (await response.text().catch(() => '')).slice(0, 200)
        const reason = `it answered ${response.status} ${text}`.trim()
        if (passing.has(response.status)) throw errors.encoderUnreachable({ encoder, model, reason })
        throw new AbortError(failed(reason))
      },
      { retries, minTimeout: 250, factor: 3 },
    )

  async function infer(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
    const { body, jsonLength } = formatRequest(inputs, output)
    const response = await ask(`${path}/infer`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', [jsonLengthHeader]: String(jsonLength) },
      body: new Uint8Array(body),
    })
    const length = response.headers.get(jsonLengthHeader)
    const answer = Buffer.from(await response.arrayBuffer())
    try {
      return parseAnswer(answer, length === null ? undefined : Number(length), output)
    } catch (error) {
      throw failed(reasonOf(error))
    }
  }

  const metadata = await (await ask(path, {})).json().catch(() => undefined)
  const parsed = metadataSchema.safeParse(metadata)
  if (!parsed.success) throw failed('it does not describe its inputs and outputs')
  const { inputs, outputs } = parsed.data
  return {
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    signature: Object.fromEntries(
      inputs.map(({ name, datatype, shape }) => [
        name,
        {
          type: typeOfDatatype(datatype) ?? datatype,
          shape: shape.map((size) => (size === -1 ? 'any' : size)),
        },
      ]),
    ),
    async run(feeds, { outputs: [output = ''] = [] } = {}) {
      const tensors = Object.entries(feeds).map(([name, tensor]) => [name, requireTensor(tensor)] as const)
      const rows = tensors[0]?.[1].dims[0] ?? 0
      const parts = await Promise.all(
        Array.from({ length: Math.ceil(rows / maxBatch) }, (_, part) => {
          const from = part * maxBatch
          const count = Math.min(maxBatch, rows - from)
          return limit(() =>
            infer(
              Object.fromEntries(tensors.map(([name, tensor]) => [name, rowsOf(tensor, from, count)])),
              output,
            ),
          )
        }),
      )
      return { [output]: stacked(parts) }
    },
    release: async () => {},
  }
}

function requireTensor(tensor: Tensor | { readonly resident: number }): Tensor {
  if ('resident' in tensor) throw new Error('a tensor that stays with the computing thread cannot be sent')
  return tensor
}

function stacked(parts: readonly Tensor[]): Tensor {
  const [first] = parts
  if (parts.length === 1 && first) return first
  const rows = parts.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0)
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    if (part.type === 'float32') data.set(part.data, at)
    at += part.data.length
  }
  return { type: 'float32', dims: [rows, ...(first?.dims.slice(1) ?? [])], data }
}

/** `fetch` hides why it failed in the cause. */
const reasonOfFetch = (error: unknown): string =>
  reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)

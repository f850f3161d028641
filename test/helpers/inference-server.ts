import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { atEnd } from './at-end.js'

/** A model of a server, by the file of its graph. */
export interface ServedModel {
  readonly file: string
  readonly version: string
  /** Inputs that callers do not see, and what they are. */
  readonly fixed?: Readonly<Record<string, Tensor>>
}

/** A server of models with the Open Inference Protocol v2 over HTTP, with binary tensors. */
export interface InferenceServer {
  readonly url: string
  /** The rows of each inference, in the order in which they came. */
  readonly batches: number[]
  /** The most inferences that ran at the same time. */
  mostAtOnce(): number
  /** Answers to the next requests, in place of what they ask for. */
  readonly answers: ((response: ServerResponse) => void)[]
  /** Answers in JSON alone, as a server without the extension for binary tensors. */
  isPlain: boolean
  close(): Promise<void>
}

const kinds = {
  FP32: { name: 'float32', array: Float32Array },
  INT32: { name: 'int32', array: Int32Array },
  INT64: { name: 'int64', array: BigInt64Array },
} as const
type Datatype = keyof typeof kinds

interface WrittenTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: number[]
  readonly parameters: { readonly binary_data_size: number }
}

export async function startInferenceServer(
  models: Readonly<Record<string, ServedModel>>,
): Promise<InferenceServer> {
  const sessions = new Map<string, InferenceSession>()
  for (const [name, { file }] of Object.entries(models))
    sessions.set(name, await InferenceSession.create(file))
  let [running, most] = [0, 0]
  const state = { batches: [] as number[], answers: [] as InferenceServer['answers'], isPlain: false }

  function describe(session: InferenceSession, hidden: readonly string[]) {
    const datatypeOf = (type: string) =>
      Object.entries(kinds).find(([, { name }]) => name === type)?.[0] ?? type.toUpperCase()
    const written = (all: readonly InferenceSession.ValueMetadata[]) =>
      all.flatMap((each) =>
        each.isTensor && !hidden.includes(each.name)
          ? [
              {
                name: each.name,
                datatype: datatypeOf(each.type),
                shape: each.shape.map((size) => (typeof size === 'number' ? size : -1)),
              },
            ]
          : [],
      )
    return { inputs: written(session.inputMetadata), outputs: written(session.outputMetadata) }
  }

  async function infer(session: InferenceSession, { fixed = {} }: ServedModel, request: IncomingMessage) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const length = Number(request.headers['inference-header-content-length'])
    const { inputs, outputs } = JSON.parse(body.subarray(0, length).toString()) as {
      inputs: WrittenTensor[]
      outputs: { name: string }[]
    }
    const feeds: Record<string, Tensor> = { ...fixed }
    let from = length
    for (const { name, datatype, shape, parameters } of inputs) {
      const bytes = Uint8Array.from(body.subarray(from, from + parameters.binary_data_size))
      const kind = kinds[datatype]
      feeds[name] = new Tensor(kind.name, new kind.array(bytes.buffer), shape)
      from += parameters.binary_data_size
    }
    state.batches.push(inputs[0]?.shape[0] ?? 0)
    running += 1
    most = Math.max(most, running)
    // Others may come meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const result = await session.run(feeds, [outputs[0]?.name ?? ''])
    running -= 1
    const { dims, data } = result[outputs[0]?.name ?? ''] as Tensor
    return { name: outputs[0]?.name ?? '', shape: dims, data: data as Float32Array }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const instead = state.answers.shift()
    if (instead) return instead(response)
    const [, name = '', version, what] =
      /^\/v2\/models\/([^/]+)\/versions\/([^/]+)(\/infer)?$/.exec(request.url ?? '') ?? []
    const [model, session] = [models[name], sessions.get(name)]
    if (!model || !session || model.version !== version) {
      response.writeHead(404).end(JSON.stringify({ error: `no model ${name} of version ${version}` }))
      return
    }
    if (what === undefined) {
      response.end(
        JSON.stringify({ name, versions: [version], ...describe(session, Object.keys(model.fixed ?? {})) }),
      )
      return
    }
    const { data, ...output } = await infer(session, model, request)
    if (state.isPlain) {
      const plain = { outputs: [{ ...output, datatype: 'FP32', data: [...data] }] }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(plain))
      return
    }
    const json = Buffer.from(
      JSON.stringify({
        outputs: [{ ...output, datatype: 'FP32', parameters: { binary_data_size: data.byteLength } }],
      }),
    )
    response
      .writeHead(200, { 'Inference-Header-Content-Length': String(json.byteLength) })
      .end(Buffer.concat([json, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
  atEnd(close)
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mostAtOnce: () => most,
    close,
  })
}

import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { Kind, OperationTypeNode, print } from 'graphql'
import { dataOf, ShotboardClientError } from './client-error.js'
import type { Given, GivenWithOptions, ShotboardClient } from './contract.js'
import { requestBody } from './request-body.js'
import { withRetries } from './retry.js'
import { sendWithProgress } from './send-with-progress.js'
import { createSubscriptions } from './subscriptions.js'
import { waitFor } from './wait-for.js'

export interface ClientOptions {
  /** The URL of the service, such as `http://localhost:4000`. */
  readonly url: string
  /** An API key, if the service requires one. */
  readonly key?: string | undefined
}

/**
 * Creates a client of a Shotboard service.
 *
 * ```ts
 * const client = createClient({ url: 'http://localhost:4000' })
 * const { compare } = await client.request(CompareDocument, { input: { dataset, shots: [4], methods: [{ method: 'tip-x' }] } })
 * for await (const { comparison } of client.subscribe(WatchComparisonDocument, { id: compare.id })) {
 *   console.log(comparison.progress)
 * }
 * ```
 */
export function createClient({ url, key }: ClientOptions): ShotboardClient {
  const service = url.replace(/\/+$/, '').replace(/\/graphql$/, '')
  const endpoint = `${service}/graphql`
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const subscriptions = createSubscriptions({
    url: endpoint.replace(/^http/, 'ws'),
    connectionParameters: authorization,
  })

  const client: ShotboardClient = {
    async request<Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      ...[variables, options = {}]: GivenWithOptions<Variables>
    ) {
      const { onProgress, signal, retries = 2 } = options
      const { body, headers: ofBody } = requestBody({ query: print(document), variables: variables ?? {} })
      const headers = { accept: 'application/json', ...ofBody, ...authorization }
      const isQuery = document.definitions.every(
        (each) => each.kind !== Kind.OPERATION_DEFINITION || each.operation === OperationTypeNode.QUERY,
      )
      const ask = async () => {
        const response =
          onProgress && body instanceof FormData
            ? await reach(endpoint, sendWithProgress(endpoint, { headers, body, signal }, onProgress), signal)
            : await fetchFrom(endpoint, { method: 'POST', headers, body, ...(signal && { signal }) })
        // The types of the document come from the schema.
        return dataOf(await readJson(response)) as Data
      }
      return withRetries(ask, { isQuery, retries, signal })
    },
    subscribe<Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      ...[variables]: Given<Variables>
    ) {
      const operation = { query: print(document), variables: variables ?? {} }
      return subscriptions.subscribe(operation) as AsyncIterableIterator<Data>
    },
    waitFor: (kind, id, options) => waitFor(client, kind, id, options),
    async download(path) {
      const response = await fetchFrom(service + path, { headers: authorization })
      if (!response.ok) dataOf(await readJson(response))
      return response.blob()
    },
    close: subscriptions.close,
  }
  return client
}

const fetchFrom = (url: string, request: RequestInit): Promise<Response> =>
  reach(url, fetch(url, request), request.signal ?? undefined)

/** Throws SERVER_UNREACHABLE, or the signal's reason. */
async function reach(url: string, answer: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  try {
    return await answer
  } catch (cause) {
    signal?.throwIfAborted()
    throw new ShotboardClientError('SERVER_UNREACHABLE', `Could not reach ${url}.`, [], { cause })
  }
}

/** Throws UNEXPECTED_ANSWER, because a proxy may answer with an HTML page. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    const message = `${response.url} answered with status ${response.status}, but not with JSON.`
    throw new ShotboardClientError('UNEXPECTED_ANSWER', message, [], { cause })
  }
}

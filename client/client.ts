import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { dataOf, ShotboardClientError } from './client-error.js'
import { requestBody } from './request-body.js'
import { createSubscriptions } from './subscriptions.js'

/** A client of a Shotboard service, for Node and browsers. */
export interface ShotboardClient {
  /**
   * Runs a query or a mutation and returns its data. Variables may contain files as `Blob`s. Throws a
   * ShotboardClientError with a stable code.
   */
  request<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Given<Variables>
  ): Promise<Data>
  /**
   * Yields the data of each event of a subscription, until the service completes it or the loop ends. Reconnects when
   * the connection is lost. Throws like `request`.
   */
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Given<Variables>
  ): AsyncIterableIterator<Data>
  /** Fetches a path that the service returned, such as an image's or an export's. Throws like `request`. */
  download(path: string): Promise<Blob>
  /** Ends all subscriptions. */
  close(): Promise<void>
}

/** Variables may be left out if none are required. */
type Given<Variables> =
  Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]

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

  return {
    async request<Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      ...[variables]: Given<Variables>
    ) {
      const { body, headers } = requestBody({ query: print(document), variables: variables ?? {} })
      const response = await fetchFrom(endpoint, {
        method: 'POST',
        headers: { accept: 'application/json', ...headers, ...authorization },
        body,
      })
      // The types of the document come from the schema.
      return dataOf(await readJson(response)) as Data
    },
    subscribe<Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      ...[variables]: Given<Variables>
    ) {
      const operation = { query: print(document), variables: variables ?? {} }
      return subscriptions.subscribe(operation) as AsyncIterableIterator<Data>
    },
    async download(path) {
      const response = await fetchFrom(service + path, { headers: authorization })
      if (!response.ok) dataOf(await readJson(response))
      return response.blob()
    },
    close: subscriptions.close,
  }
}

/** Throws SERVER_UNREACHABLE. */
async function fetchFrom(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (cause) {
    throw new ShotboardClientError('SERVER_UNREACHABLE', `Could not fetchFrom ${url}.`, [], { cause })
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

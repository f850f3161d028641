import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { dataOf, ShotboardClientError } from './client-error.js'
import { requestBody } from './request-body.js'
import { createSubscriptions } from './subscriptions.js'

/** A client of a Shotboard service, for Node and browsers. */
export interface ShotboardClient {
  /**
   * The data of a query or a mutation. Files may stand among the variables as `Blob`s. Throws a ShotboardClientError with
   * the code of what went wrong.
   */
  request<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Given<Variables>
  ): Promise<Data>
  /**
   * The data of every push of a subscription, until the service ends it or the loop over it does. A connection that is
   * lost is made again. Throws as `request`.
   */
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Given<Variables>
  ): AsyncIterableIterator<Data>
  /** What the service has at an address that it gave, such as an image's or an export's. Throws as `request`. */
  download(path: string): Promise<Blob>
  /** Ends all subscriptions. */
  close(): Promise<void>
}

/** Variables may be left out where none must be given. */
type Given<Variables> =
  Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]

export interface ClientOptions {
  /** Where the service is, such as `http://localhost:4000`. */
  readonly url: string
  /** An API key, where the service asks for one. */
  readonly key?: string | undefined
}

/**
 * A client of a Shotboard service.
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
      const response = await reach(endpoint, {
        method: 'POST',
        headers: { accept: 'application/json', ...headers, ...authorization },
        body,
      })
      // The types of a document are made from the schema.
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
      const response = await reach(service + path, { headers: authorization })
      if (!response.ok) dataOf(await readJson(response))
      return response.blob()
    },
    close: subscriptions.close,
  }
}

/** Throws SERVER_UNREACHABLE. */
async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (cause) {
    throw new ShotboardClientError('SERVER_UNREACHABLE', `${url} cannot be reached.`, [], { cause })
  }
}

/** Throws UNEXPECTED_ANSWER, for a proxy may answer with a page of its own. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    const message = `${response.url} answered ${response.status} and no JSON.`
    throw new ShotboardClientError('UNEXPECTED_ANSWER', message, [], { cause })
  }
}

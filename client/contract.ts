import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import type { JobState, WaitOptions, WatchedJob } from './job-state.js'
import type { UploadProgress } from './send-with-progress.js'

/** A client of a Shotboard service, for Node and browsers. */
export interface ShotboardClient {
  /**
   * Runs a query or a mutation and returns its data. Variables may contain files as `Blob`s. Throws a
   * ShotboardClientError with a stable code. What fails for a moment is tried again if that is safe: a query, or a mutation that
   * the service refused to begin with.
   */
  request<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: GivenWithOptions<Variables>
  ): Promise<Data>
  /**
   * Yields the data of each event of a subscription, until the service completes it or the loop ends. Reconnects when
   * the connection is lost. Throws like `request`.
   */
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Given<Variables>
  ): AsyncIterableIterator<Data>
  /**
   * Follows a comparison, an import or a training, by its id, until it has ended, and returns its last state: look at its
   * `status`. Where connections do not last, it asks again and again. Throws like `request`.
   */
  waitFor(kind: WatchedJob, id: string, options?: WaitOptions): Promise<JobState>
  /** Fetches a path that the service returned, such as an image's or an export's. Throws like `request`. */
  download(path: string): Promise<Blob>
  /** Ends all subscriptions. */
  close(): Promise<void>
}

export interface RequestOptions {
  /** Told how much of a request with files has been sent. */
  readonly onProgress?: (progress: UploadProgress) => void
  /** Gives the request up. */
  readonly signal?: AbortSignal
  /** How often to try again; 2 by default. */
  readonly retries?: number
}

/** The same, and options after them. */
export type GivenWithOptions<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions]

/** Variables may be left out if none are required. */
export type Given<Variables> =
  Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]

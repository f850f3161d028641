import type { DocumentNode } from 'graphql'

/** An operation as a client sends it. */
export interface OperationRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  readonly operationName?: string | null | undefined
}

/** An operation that has been parsed and is valid. */
export interface ParsedOperation extends Omit<OperationRequest, 'query'> {
  readonly document: DocumentNode
}

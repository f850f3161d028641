import { type DocumentNode, getOperationAST, Kind } from 'graphql'
import type { Metrics } from '../metrics.js'

/** An operation that has been answered. Without a document, it could not be parsed. */
export interface AnsweredOperation {
  readonly document?: DocumentNode | undefined
  readonly operationName?: string | null | undefined
  /** The errors that the client received. */
  readonly errors?: readonly ErrorWithCode[] | undefined
}

interface ErrorWithCode {
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** Records an operation and the time since the timer was started. */
export type OperationTimer = (answered: AnsweredOperation) => void

/** Starts timing an operation for the metrics. */
export function startOperationTimer({ onAnswered }: Metrics): OperationTimer {
  const started = performance.now()
  return ({ document, operationName, errors }) =>
    onAnswered({
      operation: operationLabel(document, operationName),
      outcome: outcomeLabel(errors),
      seconds: (performance.now() - started) / 1000,
    })
}

/** The operation's type and root field, such as `query comparisons`. Names that clients choose would be unbounded. */
function operationLabel(document: DocumentNode | undefined, name: string | null | undefined): string {
  const operation = document && getOperationAST(document, name)
  if (!operation) return 'none'
  const fields = new Set(
    operation.selectionSet.selections.map((each) => (each.kind === Kind.FIELD ? each.name.value : '…')),
  )
  const [field] = fields
  return `${operation.operation} ${fields.size === 1 ? field : 'several'}`
}

/** `ok`, or the code of the first error. */
const outcomeLabel = (errors: readonly ErrorWithCode[] | undefined): string =>
  errors?.[0] ? String(errors[0].extensions?.code) : 'ok'

import { type DocumentNode, type GraphQLError, getOperationAST, Kind } from 'graphql'

/**
 * What an operation asks for, such as `query comparisons`: its fields at the root, not the name that its client gave it,
 * which could be any of any number.
 */
export function operationNameOf(document: DocumentNode | undefined, name: string | null | undefined): string {
  const operation = document && getOperationAST(document, name)
  if (!operation) return 'none'
  const fields = new Set(
    operation.selectionSet.selections.map((each) => (each.kind === Kind.FIELD ? each.name.value : '…')),
  )
  const [field] = fields
  return `${operation.operation} ${fields.size === 1 ? field : 'several'}`
}

/** `ok`, or the code of the first error. */
export const outcomeOf = (errors: readonly GraphQLError[] | undefined): string =>
  errors?.[0] ? String(errors[0].extensions.code ?? 'INTERNAL_SERVER_ERROR') : 'ok'

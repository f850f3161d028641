/** The JSON of a GraphQL operation. */
export interface Operation {
  readonly query: string
  readonly variables: unknown
}

/** The body and headers of a request: JSON, or multipart if the variables contain files. */
export function requestBody(operation: Operation): {
  readonly body: string | FormData
  readonly headers: Readonly<Record<string, string>>
} {
  const files = filesIn(operation.variables, 'variables')
  if (files.size === 0) {
    return { body: JSON.stringify(operation), headers: { 'content-type': 'application/json' } }
  }
  // As in the GraphQL multipart request specification: the operation with null for each file, the path of each file,
  // the files.
  const body = new FormData()
  const withoutFiles = (_: string, value: unknown): unknown => (value instanceof Blob ? null : value)
  body.set('operations', JSON.stringify(operation, withoutFiles))
  body.set('map', JSON.stringify(Object.fromEntries([...files.keys()].map((path, i) => [i, [path]]))))
  for (const [i, file] of [...files.values()].entries()) body.set(String(i), file)
  // The service requires this header, because a form on a foreign page cannot send it.
  return { body, headers: { 'apollo-require-preflight': 'true' } }
}

/** The files in the variables, by path. */
function filesIn(value: unknown, path: string): Map<string, Blob> {
  if (value instanceof Blob) return new Map([[path, value]])
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).flatMap(([name, each]) => [...filesIn(each, `${path}.${name}`)]))
}

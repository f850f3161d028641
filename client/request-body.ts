/** An operation as it is sent. */
export interface Operation {
  readonly query: string
  readonly variables: unknown
}

/** The body of a request with its headers: JSON, or where files are among the variables, a multipart request. */
export function requestBody(operation: Operation): {
  readonly body: string | FormData
  readonly headers: Readonly<Record<string, string>>
} {
  const files = filesIn(operation.variables, 'variables')
  if (files.size === 0) {
    return { body: JSON.stringify(operation), headers: { 'content-type': 'application/json' } }
  }
  // The GraphQL multipart request specification: the operation with null for each file, which place each file has, files.
  const body = new FormData()
  const withoutFiles = (_: string, value: unknown): unknown => (value instanceof Blob ? null : value)
  body.set('operations', JSON.stringify(operation, withoutFiles))
  body.set('map', JSON.stringify(Object.fromEntries([...files.keys()].map((path, i) => [i, [path]]))))
  for (const [i, file] of [...files.values()].entries()) body.set(String(i), file)
  // No form of a foreign page can send this header, which is why the service asks for it.
  return { body, headers: { 'apollo-require-preflight': 'true' } }
}

/** The files among variables, each by its path. */
function filesIn(value: unknown, path: string): Map<string, Blob> {
  if (value instanceof Blob) return new Map([[path, value]])
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).flatMap(([name, each]) => [...filesIn(each, `${path}.${name}`)]))
}

/** The lists that come whole where no page is asked for, under the names that tests read them by. */
const names: ReadonlySet<string> = new Set([
  ...['rows', 'pairs', 'runs', 'classDeltas', 'against', 'classes', 'samples'],
])

/**
 * Data of an operation with its whole lists as arrays: `{ rows: { nodes: [...] } }` as `{ rows: [...] }`. Lists that were asked
 * for with more than their nodes, and those at the root, stay as they are.
 */
export function withWholeLists<T>(data: T): T {
  if (typeof data !== 'object' || data === null) return data
  const inside = Object.entries(data).map(([name, value]) => [name, unwrapped(value)] as const)
  return Object.fromEntries(inside) as T
}

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      unwrapped(names.has(name) && isOnlyNodes(each) ? each.nodes : each),
    ]),
  )
}

const isOnlyNodes = (value: unknown): value is { readonly nodes: readonly unknown[] } =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'nodes'

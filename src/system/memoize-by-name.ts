/**
 * A function that computes the value of each name once, and returns it again when asked for the same name. A computation
 * that fails is forgotten.
 */
export function memoizeByName(): <T>(name: string, compute: () => Promise<T>) => Promise<T> {
  const results = new Map<string, Promise<unknown>>()
  return <T>(name: string, compute: () => Promise<T>) => {
    const known = results.get(name)
    if (known) return known as Promise<T>
    const computing = compute()
    results.set(name, computing)
    computing.catch(() => results.delete(name))
    return computing
  }
}

/** A function that computes its value at the first call, and returns it at every call. A failure is forgotten. */
export function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    if (result) return result
    const computing = compute()
    result = computing
    computing.catch(() => {
      result = undefined
    })
    return computing
  }
}

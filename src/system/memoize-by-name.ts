/** A function that computes the value of each name once, and returns it again when asked for the same name. */
export function memoizeByName(): <T>(name: string, compute: () => Promise<T>) => Promise<T> {
  const results = new Map<string, Promise<unknown>>()
  return <T>(name: string, compute: () => Promise<T>) => {
    const known = results.get(name) ?? compute()
    results.set(name, known)
    return known as Promise<T>
  }
}

/** A function that computes its value at the first call, and returns it at every call. */
export function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= compute()
    return result
  }
}

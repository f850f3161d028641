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

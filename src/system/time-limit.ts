/**
 * The result of some work, or `late`'s error after so many seconds. The work itself goes on. It keeps the process alive until
 * then: without it, a process would end in silence while it waits for work that never settles.
 */
export async function withTimeLimit<T>(work: Promise<T>, seconds: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), seconds * 1000)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

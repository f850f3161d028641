const msPerHour = 3_600_000

/**
 * Forgets changes of datasets that are too old to be undone: now, and every hour. Returns what stops it, and waits for what it has
 * begun.
 */
export function forgetOldChanges(
  forget: () => Promise<void>,
  onError: (job: string, error: unknown) => void = () => {},
): () => Promise<void> {
  const attempt = () => forget().catch((error: unknown) => onError('old changes of datasets', error))
  let running = attempt()
  const timer = setInterval(() => {
    running = running.then(attempt)
  }, msPerHour)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

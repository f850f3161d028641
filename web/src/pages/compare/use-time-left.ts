import { useEffect, useRef, useState } from 'react'

/** Before so much has been seen, no time is told: the start is not like the rest. */
const leastMs = 4000
const leastShare = 0.01

/**
 * How long something that runs may still take, in milliseconds, from how fast its progress was while the page looked on.
 * Undefined until that can be told.
 */
export function useTimeLeft(progress: number, running: boolean): number | undefined {
  const first = useRef<{ readonly at: number; readonly progress: number }>(undefined)
  const [left, setLeft] = useState<number>()
  useEffect(() => {
    if (!running) {
      first.current = undefined
      setLeft(undefined)
      return
    }
    const now = performance.now()
    first.current ??= { at: now, progress }
    const [ms, share] = [now - first.current.at, progress - first.current.progress]
    if (ms >= leastMs && share >= leastShare) setLeft((ms / share) * (1 - progress))
  }, [progress, running])
  return left
}

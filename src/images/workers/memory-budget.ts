/** Memory that several users share. */
export interface MemoryBudget {
  /**
   * Waits until there is so much memory, in bytes, and returns a function that gives it back. Those who ask first get it
   * first. A request for more than there is waits until nothing else is in use.
   */
  reserve(bytes: number): Promise<() => void>
}

export function createMemoryBudget(total: number): MemoryBudget {
  const waiting: { readonly bytes: number; readonly start: () => void }[] = []
  let used = 0

  function startWaiting(): void {
    for (let next = waiting[0]; next && (used === 0 || used + next.bytes <= total); next = waiting[0]) {
      waiting.shift()
      used += next.bytes
      next.start()
    }
  }

  return {
    async reserve(bytes) {
      await new Promise<void>((start) => {
        waiting.push({ bytes, start })
        startWaiting()
      })
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        used -= bytes
        startWaiting()
      }
    },
  }
}

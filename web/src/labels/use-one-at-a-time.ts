import { useRef, useState } from 'react'

/**
 * Lets one change be made at a time: what is asked for while another is under way is left out, so that a fast hand changes what
 * it sees. A change ends when the page knows what came of it.
 */
export function useOneAtATime(): {
  readonly busy: boolean
  readonly once: (change: () => Promise<unknown>) => Promise<void>
} {
  // A second key may come before the page is drawn anew.
  const underWay = useRef(false)
  const [busy, setBusy] = useState(false)
  const once = async (change: () => Promise<unknown>) => {
    if (underWay.current) return
    underWay.current = true
    setBusy(true)
    try {
      await change()
    } finally {
      underWay.current = false
      setBusy(false)
    }
  }
  return { busy, once }
}

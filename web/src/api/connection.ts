import { useSyncExternalStore } from 'react'

/**
 * Whether the service is connected, and how often it has reconnected. After a reconnect, pages read their data again.
 */
interface Connection {
  readonly lost: boolean
  readonly epoch: number
}

let connection: Connection = { lost: false, epoch: 0 }
const listeners = new Set<() => void>()

function become(next: Connection): void {
  connection = next
  for (const listener of listeners) listener()
}

export function reportLost(): void {
  if (!connection.lost) become({ ...connection, lost: true })
}

export function reportConnected(): void {
  if (connection.lost) become({ lost: false, epoch: connection.epoch + 1 })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => connection)

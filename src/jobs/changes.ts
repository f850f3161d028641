import { EventEmitter } from 'node:events'

/** Tells those who watch a comparison that it has changed. What it has come to stands in the database. */
export interface ComparisonChanges {
  publish(comparisonId: string): void
  /** Calls back at every change, until the function that is returned is called. */
  watch(comparisonId: string, onChange: () => void): () => void
  /** How many watch a comparison. */
  watchers(comparisonId: string): number
}

export function createComparisonChanges(): ComparisonChanges {
  // An event for each comparison, named by its id.
  const emitter = new EventEmitter().setMaxListeners(0)
  return {
    publish: (id) => {
      emitter.emit(id)
    },
    watch(id, onChange) {
      emitter.on(id, onChange)
      return () => {
        emitter.off(id, onChange)
      }
    },
    watchers: (id) => emitter.listenerCount(id),
  }
}

import { EventEmitter } from 'node:events'

/** Tells those who watch a comparison or a training that it has changed. What it has come to stands in the database. */
export interface Changes {
  publish(id: string): void
  /** Calls back at every change, until the function that is returned is called. */
  watch(id: string, onChange: () => void): () => void
  /** How many watch. */
  watchers(id: string): number
}

export function createChanges(): Changes {
  // An event for each of them, named by its id.
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

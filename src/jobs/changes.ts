import { EventEmitter } from 'node:events'

/** Notifies the watchers of a comparison, a run, an import or a training that it has changed. They read the new state from the database. */
export interface Changes {
  publish(id: string): void
  /** Calls `onChange` at every change. Returns a function that stops this. */
  watch(id: string, onChange: () => void): () => void
  /** The number of watchers. */
  watchers(id: string): number
}

export function createChanges(): Changes {
  // Event names are ids.
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

import { EventEmitter } from 'node:events'
import { throttleToLatest } from './throttle-to-latest.js'

/** The states of things that change, each read once for all who watch it. */
export interface SharedStates<T> {
  /**
   * Emits the state of a thing, and then its latest state after changes, until it is the last. All who watch get the same
   * objects. Throws what `read` throws.
   */
  watch(id: string): AsyncIterableIterator<T>
}

export interface SharedStatesOptions<T> {
  readonly read: (id: string) => Promise<T>
  /** Calls `onChange` at every change, until the returned function is called. */
  readonly watch: (id: string, onChange: () => void) => () => void
  readonly isLast: (state: T) => boolean
  /** The least time between two states. */
  readonly minIntervalMs: number
  /** Called when the first begins to watch a thing; returns what to do when the last has left. */
  readonly onWatched?: (id: string) => () => void
}

interface Source<T> {
  latest(): Promise<T>
  onNew(listener: () => void): () => void
}

export function createSharedStates<T>(options: SharedStatesOptions<T>): SharedStates<T> {
  const sources = new Map<string, Source<T>>()

  function openSource(id: string): Source<T> {
    const states = throttleToLatest({
      ...options,
      read: () => options.read(id),
      watch: (on) => options.watch(id, on),
    })
    const emitter = new EventEmitter().setMaxListeners(0)
    const leave = options.onWatched?.(id)
    // Until the first state is there, all wait for it.
    let current = states.next().then(({ value }) => value as T)
    current.catch(() => close())

    async function follow(): Promise<void> {
      await current
      for await (const state of states) {
        current = Promise.resolve(state)
        emitter.emit('new')
      }
    }
    function close(): void {
      if (sources.get(id) === source) sources.delete(id)
      void states.return?.(undefined)
      leave?.()
    }

    const source: Source<T> = {
      latest: () => current,
      onNew(listener) {
        emitter.on('new', listener)
        return () => {
          emitter.off('new', listener)
          if (emitter.listenerCount('new') === 0) close()
        }
      },
    }
    follow().catch((error: unknown) => {
      current = Promise.reject(error)
      current.catch(() => {})
      emitter.emit('new')
    })
    sources.set(id, source)
    return source
  }

  return {
    watch(id) {
      // The source is opened when the first state is asked for, as nobody may ever ask.
      let source: Source<T> | undefined
      const found = (): Source<T> => {
        source ??= sources.get(id) ?? openSource(id)
        return source
      }
      return throttleToLatest({
        read: () => found().latest(),
        watch: (onChange) => found().onNew(onChange),
        isLast: options.isLast,
        minIntervalMs: 0,
      })
    },
  }
}

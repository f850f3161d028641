import type { RequestHandler, Response } from 'express'
import { errors } from '../errors.js'

export interface Draining {
  /** Keeps count of what is being answered. */
  readonly count: RequestHandler
  readonly stopping: () => boolean
  /** Refuses what comes while the service stops. */
  readonly refuse: RequestHandler
  /** Ends streams, which would never end by themselves, and waits so long for other answers. */
  drain(milliseconds: number): Promise<void>
}

/** Lets answers that are being made be finished before the service stops. */
export function createDraining(): Draining {
  const open = new Set<Response>()
  let stopping = false
  let onEmpty: () => void = () => {}
  return {
    count(_request, response, next) {
      // A client that keeps its connection is to look for another service.
      if (stopping) response.set('Connection', 'close')
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        if (open.size === 0) onEmpty()
      })
      next()
    },
    stopping: () => stopping,
    refuse: (_request, _response, next) => next(stopping ? errors.stopping({}) : undefined),
    async drain(milliseconds) {
      stopping = true
      for (const response of open) {
        if (isStream(response)) response.destroy()
        else if (!response.headersSent) response.set('Connection', 'close')
      }
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        onEmpty = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}

const isStream = (response: Response): boolean =>
  String(response.getHeader('content-type')).startsWith('text/event-stream')

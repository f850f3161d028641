import type { RequestHandler, Response } from 'express'
import { errors } from '../errors.js'

export interface GracefulShutdown {
  /** Keeps track of open responses. */
  readonly trackResponses: RequestHandler
  /** Refuses new requests with STOPPING after the shutdown has started. */
  readonly refuseRequests: RequestHandler
  hasStarted(): boolean
  /** Starts the shutdown: ends event streams, then waits for the other responses, at most `graceMs`. */
  start(graceMs: number): Promise<void>
}

/** Lets open responses finish before the server closes. */
export function createGracefulShutdown(): GracefulShutdown {
  const open = new Set<Response>()
  let started = false
  let onAllClosed: () => void = () => {}
  return {
    trackResponses(_request, response, next) {
      // Tells clients that keep connections alive to open a new one elsewhere.
      if (started) response.set('Connection', 'close')
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        if (open.size === 0) onAllClosed()
      })
      next()
    },
    refuseRequests: (_request, _response, next) => next(started ? errors.stopping({}) : undefined),
    hasStarted: () => started,
    async start(graceMs) {
      started = true
      for (const response of open) {
        // Event streams have no end of their own.
        if (isEventStream(response)) response.destroy()
        else if (!response.headersSent) response.set('Connection', 'close')
      }
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs)
        onAllClosed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}

const isEventStream = (response: Response): boolean =>
  String(response.getHeader('content-type')).startsWith('text/event-stream')

import { setTimeout } from 'node:timers/promises'
import { type Response, Router } from 'express'
import type { Library } from '../library/index.js'

/** A check that takes longer fails. */
const checkTimeoutMs = 3000

/**
 * Serves `GET /healthz`: the process is alive; and `GET /readyz`: the database answers, the files of the encoder exist, a
 * shared queue and bucket answer, and the service is not stopping, else 503 with the result of every check. Neither needs a key.
 */
export function serveHealth(library: Library, isStopping: () => boolean): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => answer(response, 200, { status: 'alive' }))
  router.get('/readyz', async (_request, response) => {
    const checks = await Promise.all(
      Object.entries(library.checks).map(async ([name, check]) => [name, await passes(check)] as const),
    )
    const status = isStopping() ? 'stopping' : checks.every(([, passed]) => passed) ? 'ready' : 'unavailable'
    answer(response, status === 'ready' ? 200 : 503, { status, checks: Object.fromEntries(checks) })
  })
  return router
}

/** The failing component logs the cause. */
const passes = (check: () => Promise<unknown>): Promise<boolean> =>
  Promise.race([
    check().then(
      () => true,
      () => false,
    ),
    setTimeout(checkTimeoutMs, false, { ref: false }),
  ])

const answer = (response: Response, status: number, body: object): unknown =>
  response.status(status).set('Cache-Control', 'no-store').json(body)

import { setTimeout } from 'node:timers/promises'
import { type Response, Router } from 'express'
import type { Library } from '../library/index.js'

/** A check that has not answered by then counts as failed. */
const msForChecks = 3000

/**
 * `GET /healthz`: the process lives. `GET /readyz`: it can do its work, for the database answers, the encoder's files are
 * there, and it is not stopping; 503 otherwise, with what fails. Neither needs a key.
 */
export function serveHealth(library: Library, isStopping: () => boolean): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => answer(response, 200, { status: 'alive' }))
  router.get('/readyz', async (_request, response) => {
    const [database, encoder] = await Promise.all([
      passes(library.checks.database),
      passes(library.checks.encoder),
    ])
    const status = isStopping() ? 'stopping' : database && encoder ? 'ready' : 'unavailable'
    answer(response, status === 'ready' ? 200 : 503, { status, checks: { database, encoder } })
  })
  return router
}

/** Why a check fails is for the log of whoever works with what it checks. */
const passes = (check: () => Promise<unknown>): Promise<boolean> =>
  Promise.race([
    check().then(
      () => true,
      () => false,
    ),
    setTimeout(msForChecks, false, { ref: false }),
  ])

const answer = (response: Response, status: number, body: object): unknown =>
  response.status(status).set('Cache-Control', 'no-store').json(body)

import express, { type CookieOptions, type Request, Router } from 'express'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Authentication } from './authentication.js'
import { isSameOrigin } from './origins.js'
import { sessionCookie, sessionMs } from './sessions.js'
import { sendSignInPage } from './sign-in-page.js'

const keySchema = z.object({ key: z.string().trim().min(1) })
/** A key and its name fit in a page. */
const mostBytes = 4096

/**
 * Sessions of browsers: `POST /session` with a key, as JSON or from the sign-in page, answers with a cookie that no script
 * can read and no other site can send; `DELETE /session` ends it.
 */
export function serveSignIn(authentication: Authentication): Router {
  const router = Router()
  const bodies = [
    express.json({ limit: mostBytes }),
    express.urlencoded({ limit: mostBytes, extended: false }),
  ]
  router.post('/session', ...bodies, (request, response) => {
    if (!isSameOrigin(request.headers)) throw errors.forgedRequest({})
    const fromPage = request.is('application/x-www-form-urlencoded') !== false
    const parsed = keySchema.safeParse(request.body)
    const secret = parsed.success ? authentication.signIn(parsed.data.key) : undefined
    if (secret !== undefined) response.cookie(sessionCookie, secret, cookieOptions(request))
    if (fromPage && secret !== undefined) response.redirect(303, '/')
    else if (fromPage) sendSignInPage(response, { wrongKey: true })
    else if (secret !== undefined) response.sendStatus(204)
    else throw errors.unauthenticated({})
  })
  router.delete('/session', (request, response) => {
    if (!isSameOrigin(request.headers)) throw errors.forgedRequest({})
    authentication.signOut(request.headers)
    response.clearCookie(sessionCookie, cookieOptions(request)).sendStatus(204)
  })
  return router
}

const cookieOptions = (request: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'strict',
  path: '/',
  maxAge: sessionMs,
  // A proxy in front says how the browser reached it.
  secure: request.secure || request.get('x-forwarded-proto') === 'https',
})

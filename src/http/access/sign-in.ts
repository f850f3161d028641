import express, { type CookieOptions, type Request, Router } from 'express'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Authentication } from './authentication.js'
import { isSameOrigin } from './origins.js'
import { sessionCookie, sessionMs } from './sessions.js'
import { sendSignInPage } from './sign-in-page.js'

const keySchema = z.object({ key: z.string().trim().min(1) })
const maxBodyBytes = 4096

/**
 * Serves browser sessions. `POST /session` with a key, as JSON or from the sign-in page, sets a cookie that scripts cannot
 * read and other sites cannot send. `DELETE /session` ends the session.
 */
export function serveSignIn(authentication: Authentication): Router {
  const router = Router()
  const bodies = [
    express.json({ limit: maxBodyBytes }),
    express.urlencoded({ limit: maxBodyBytes, extended: false }),
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
  // A proxy reports whether the browser used HTTPS.
  secure: request.secure || request.get('x-forwarded-proto') === 'https',
})

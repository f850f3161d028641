import type { Response } from 'express'

/** Sends the page where a browser enters a key. It works without a script. */
export function sendSignInPage(response: Response, { wrongKey = false } = {}): void {
  response
    .status(401)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    .type('html')
    .send(page(wrongKey ? '<p role="alert">This key is not valid.</p>' : ''))
}

const page = (message: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shotboard</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 24rem; margin: 20vh auto; padding: 0 1rem; }
  label, input, button { display: block; width: 100%; box-sizing: border-box; margin: 0.5rem 0; font: inherit; }
</style>
<h1>Shotboard</h1>
${message}<form method="post" action="/session">
  <label for="key">Key</label>
  <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
</form>
</html>
`

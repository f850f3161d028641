import { expect, test } from 'vitest'
import { browserPath, startBrowser, withBrowser } from '../../helpers/browser.js'
import { sharedServer } from '../../helpers/server.js'

const { url } = await sharedServer()

test('the IDE may run its own scripts and talk to this service, and no page may frame it', async () => {
  const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })
  const policy = response.headers.get('content-security-policy')
  expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[^']+'/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("connect-src 'self'")
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  await response.body?.cancel()
})

test.skipIf(browserPath === undefined)(`under this policy it works ${withBrowser}`, async () => {
  const page = await (await startBrowser()).newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
  })
  await page.goto(`${url}/graphql`)
  await page.locator('.graphiql-execute-button').click()
  await page.locator('.result-window').getByText('comparisons').first().waitFor()
  expect(refused).toEqual([])
})

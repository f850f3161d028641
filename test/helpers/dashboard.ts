import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { startBrowser } from './browser.js'
import { temporaryFolder } from './folder.js'
import { sharedServer } from './server.js'

const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))

/** The demo's classes, with their first few images. */
async function partOfDemo(images: number): Promise<string> {
  const folder = join(await temporaryFolder(), 'fashion-mnist')
  const isWanted = (path: string) => !path.endsWith('.png') || Number.parseInt(basename(path), 10) < images
  await cp(demo, folder, { recursive: true, filter: isWanted })
  return folder
}

/**
 * A browser, and a service with a part of the demo. Pages are closed after each test, which fails if a page printed an
 * error.
 */
export async function openDashboard() {
  const [browser, server] = await Promise.all([startBrowser(), sharedServer('outsiders')])
  const { dataset } = await server.library.imports.importPath(await partOfDemo(8))
  const pages: Page[] = []
  const faults: string[] = []

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${path}: ${message.text()}`)
    })
    pages.push(page)
    await page.goto(server.url + path)
    return page
  }

  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()))
    expect(faults.splice(0)).toEqual([])
  })
  return { server, dataset, open }
}

export const headingOf = (page: Page): Promise<string | null> => page.locator('h1').textContent()

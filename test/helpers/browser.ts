import { accessSync, constants } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { atEnd } from './at-end.js'

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser of this machine: where CHROMIUM says, or in a usual place; undefined where there is none. */
export const browserPath: string | undefined = [process.env.CHROMIUM, ...usualPlaces].find((path) => {
  try {
    accessSync(path ?? '', constants.X_OK)
    return true
  } catch {
    return false
  }
})

/** For the names of tests that need one. */
export const withBrowser =
  browserPath === undefined ? 'in a browser (none found: set CHROMIUM to one)' : 'in a browser'

/** A browser until the tests of the file have run. */
export async function startBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('There is no browser.')
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  atEnd(() => browser.close())
  return browser
}

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * What is seriously wrong with a page for who cannot see it or use a mouse, rule and element: everything in light, and in
 * dark what colours decide.
 */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    // Fading in, text has less contrast for a moment.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const runOnly = colorScheme === 'light' ? wcag : ['color-contrast', 'link-in-text-block']
    const options = JSON.stringify({ resultTypes: ['violations'], runOnly })
    const results: axe.AxeResults = await page.evaluate(`axe.run(document, ${options})`)
    for (const { id, impact, nodes } of results.violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      faults.push(
        ...nodes.map(({ html, failureSummary }) => `${colorScheme}, ${id}: ${html} ${failureSummary}`),
      )
    }
  }
  return faults
}

/** How many pixels a page is wider than its window. */
export const excessWidth = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth')

/** Drops files or folders of this machine on an element, as a person does. */
export async function dropOn(page: Page, selector: string, paths: readonly string[]): Promise<void> {
  const box = await page.locator(selector).first().boundingBox()
  if (!box) throw new Error(`There is no ${selector} to drop on.`)
  const session = await page.context().newCDPSession(page)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data })
  }
  await session.detach()
}

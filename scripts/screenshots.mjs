// Pictures of every page of the dashboard, in light and dark, for docs/images: `npm run screenshots`, with a service on the
// demo dataset running at SHOTBOARD_URL (http://localhost:4000) and Chromium where CHROMIUM says (/usr/bin/chromium).
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const { SHOTBOARD_URL: service = 'http://localhost:4000', CHROMIUM: executablePath = '/usr/bin/chromium' } =
  process.env
const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
await page.emulateMedia({ reducedMotion: 'reduce' })

/** The pages, with a selector that appears when they are ready, and an action before the screenshot. */
const pages = [
  { name: 'compare', path: '/', shown: 'text=Accuracy by class', open: verdict },
  { name: 'datasets', path: '/datasets', shown: 'h2 a', open: () => page.locator('h2 a').last().click() },
  { name: 'try', path: '/try?shots=16', shown: 'button[aria-pressed]', open: classifySandal },
  { name: 'overlap', path: '/overlap', shown: 'text=Pearson' },
  { name: 'methods', path: '/methods', shown: 'article .katex' },
]

async function verdict() {
  await page.getByRole('region', { name: 'Verdict' }).waitFor()
  // Tests against the baseline come last.
  await page
    .getByRole('cell', { name: /\d of \d/ })
    .first()
    .waitFor()
}

async function classifySandal() {
  await page.locator('button[aria-pressed]:has(img[alt^="sandal"])').first().click()
  await page.locator('article').first().waitFor()
}

for (const colorScheme of ['light', 'dark']) {
  await page.emulateMedia({ colorScheme })
  for (const { name, path, shown, open } of pages) {
    await page.goto(service + path)
    await page.locator(shown).first().waitFor()
    await open?.()
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `${folder}${name}-${colorScheme}.png` })
  }
}
await browser.close()

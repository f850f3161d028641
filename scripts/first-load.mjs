// Measures the first load of the dashboard with cold caches: `node scripts/first-load.mjs`. It needs a service that
// has finished the demo comparison, at SHOTBOARD_URL (http://localhost:4000), and Chromium at CHROMIUM
// (/usr/bin/chromium).
import { chromium } from 'playwright-core'

const { SHOTBOARD_URL: service = 'http://localhost:4000', CHROMIUM: executablePath = '/usr/bin/chromium' } =
  process.env
const loads = 7
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const painted = []
const read = []
for (let i = 0; i < loads; i++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const page = await context.newPage()
  const network = await context.newCDPSession(page)
  await network.send('Network.enable')
  const types = new Map()
  const bytes = { script: 0, all: 0 }
  network.on('Network.responseReceived', ({ requestId, response }) => types.set(requestId, response.mimeType))
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength
    if (/javascript/.test(types.get(requestId) ?? '')) bytes.script += encodedDataLength
  })
  await page.goto(`${service}/`)
  await page.getByRole('heading', { name: 'Accuracy by shots' }).waitFor()
  read.push(await page.evaluate('performance.now()'))
  painted.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
  await page.waitForLoadState('networkidle')
  if (i === 0) console.log(`script ${bytes.script / 1000} kB, all ${bytes.all / 1000} kB`)
  await context.close()
}
await browser.close()
for (const [what, times] of Object.entries({ 'first painted': painted, 'comparison read': read })) {
  times.sort((a, b) => a - b)
  const [least, median, most] = [times[0], times[(loads - 1) / 2], times[loads - 1]].map(Math.round)
  console.log(`${what}: median ${median} ms, ${least} to ${most}`)
}

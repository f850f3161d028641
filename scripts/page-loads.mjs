// Measures how soon the dashboard's pages show their content, with cold caches: `node scripts/page-loads.mjs URL
// [URL]`. The services at these URLs must have finished the demo comparison; they are measured in turns. It needs
// Chromium at CHROMIUM (/usr/bin/chromium).
import { chromium } from 'playwright-core'

const services = process.argv.slice(2)
if (services.length === 0) throw new Error('Give the URLs of one or more services.')
const loads = 17
const pages = [
  ['/datasets', 'text=Fashion-MNIST'],
  ['/datasets/DATASET', 'text=sandal'],
  ['/compare', 'text=in all'],
  ['/compare/COMPARISON', 'text=Every method'],
  ['/compare/COMPARISON', '[role=img] svg'],
  ['/try?dataset=DATASET', 'text=No image yet'],
  ['/methods', 'article .katex'],
]

const addresses = await Promise.all(services.map(addressesOf))
const { CHROMIUM: executablePath = '/usr/bin/chromium' } = process.env
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
for (const [path, content] of pages) {
  const taken = services.map(() => [])
  for (let load = 0; load < loads; load++) {
    const turns = [...services.keys()]
    for (const i of load % 2 === 0 ? turns : turns.reverse()) {
      taken[i].push(await msUntil(content, addresses[i](path)))
    }
  }
  console.log(path, content, ...taken.map((each) => `${Math.round(median(each))} ms`))
}
await browser.close()

/** The address of a page, of the demo's own dataset and comparison. */
async function addressesOf(service) {
  const query = '{ datasets(first: 1) { nodes { id } } comparisons(first: 1) { nodes { id } } }'
  const response = await fetch(`${service}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data } = await response.json()
  const [dataset, comparison] = [data.datasets, data.comparisons].map(({ nodes }) => nodes[0].id)
  return (path) => service + path.replace('DATASET', dataset).replace('COMPARISON', comparison)
}

async function msUntil(content, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const page = await context.newPage()
  const started = performance.now()
  await page.goto(address, { waitUntil: 'commit' })
  await page.locator(content).first().waitFor()
  const taken = performance.now() - started
  await context.close()
  return taken
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

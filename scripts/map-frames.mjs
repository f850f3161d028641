// Measures how many frames a second the map of images draws while 10,000 points move from one space to another:
// `node scripts/map-frames.mjs`. It needs a service with a dataset, at SHOTBOARD_URL (http://localhost:4000), and Chromium at
// CHROMIUM (/usr/bin/chromium). The map's points are made up, so that no images need be stored; the page draws them as any.
// Without a graphics processor Chromium draws in software, which is the worst case.
import { chromium } from 'playwright-core'

const { SHOTBOARD_URL: service = 'http://localhost:4000', CHROMIUM: executablePath = '/usr/bin/chromium' } =
  process.env
const [points, dimensions, classes, moves] = [10_000, 8, 20, 8]
const spaces = ['clip', 'whitened']

const asked = await fetch(`${service}/graphql`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ datasets(first: 1) { nodes { id } } }' }),
})
const [dataset] = (await asked.json()).data.datasets.nodes
if (!dataset) throw new Error(`${service} has no dataset.`)

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
await page.route('**/graphql', async (route) => {
  const { operationName, variables } = route.request().postDataJSON()
  if (operationName !== 'DatasetMap') return route.continue()
  await route.fulfill({ json: { data: { dataset: mapped(variables.space ?? spaces[0]) } } })
})
await page.goto(`${service}/datasets/${dataset.id}/map`)
const canvas = (space) => page.getByRole('img', { name: `Map of 10,000 images in ${space}` })
await canvas(spaces[0]).waitFor()

const rates = []
for (let move = 1; move <= moves; move++) {
  const space = spaces[move % spaces.length]
  await page.waitForTimeout(1500)
  // Counts from the first frame that draws the new space until the points have arrived.
  const frames = page.evaluate(`new Promise((resolve) => {
    const put = CanvasRenderingContext2D.prototype.putImageData
    const drawn = []
    CanvasRenderingContext2D.prototype.putImageData = function (...given) {
      drawn.push(performance.now())
      return put.apply(this, given)
    }
    setTimeout(() => {
      CanvasRenderingContext2D.prototype.putImageData = put
      resolve(drawn)
    }, 2500)
  })`)
  await page.getByLabel('Space').selectOption(space)
  const drawn = await frames
  const ms = drawn.at(-1) - drawn[0]
  // The first move is the one that compiles.
  if (move > 1) rates.push((1000 * (drawn.length - 1)) / ms)
}
await browser.close()
rates.sort((a, b) => a - b)
const [least, median, most] = [rates[0], rates[(rates.length - 1) / 2], rates.at(-1)].map((rate) =>
  rate.toFixed(1),
)
console.log(
  `${points} points: ${median} frames a second (median of ${rates.length} moves; ${least} to ${most})`,
)

/** A dataset with a map of made-up points around the means of their classes, others in each space. */
function mapped(space) {
  let state = space.length * 7919
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const means = Array.from({ length: classes * dimensions }, () => 4 * random())
  const components = Float32Array.from({ length: points * dimensions }, (_, i) => {
    const [point, dimension] = [Math.floor(i / dimensions), i % dimensions]
    return (means[(point % classes) * dimensions + dimension] + random()) / (1 + dimension)
  })
  const each = (value) => Array.from({ length: points }, (_, i) => value(i))
  return {
    __typename: 'Dataset',
    id: dataset.id,
    name: 'Made up',
    classes: {
      __typename: 'ClassLabelConnection',
      nodes: Array.from({ length: classes }, (_, index) => ({
        __typename: 'ClassLabel',
        index,
        name: `class ${index}`,
      })),
    },
    map: {
      __typename: 'ImageMap',
      total: points,
      images: each((i) => i.toString(16).padStart(64, '0')),
      thumbnail: '/images/{id}?size=128',
      classes: each((i) => i % classes),
      splits: each(() => 'TEST'),
      predicted: each(() => null),
      confidences: each(() => null),
      explained: Array.from({ length: dimensions }, (_, i) => 0.3 / (1 + i)),
      components: Buffer.from(components.buffer).toString('base64'),
      space: { __typename: 'FeatureSpace', id: space, name: space },
    },
  }
}

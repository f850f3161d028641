import { expect, test } from 'vitest'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { authorization, makeKeys } from '../helpers/keys.js'
import { startTestServer } from '../helpers/server.js'

const keys = makeKeys()
const server = await startTestServer({ SHOTBOARD_API_KEYS: keys.setting })
const { library, url } = server

async function metrics(): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: authorization(keys.read) })
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ [^ ]*$/, ''), Number(line.replace(/.* /, ''))]))
}

const ask = (query: string) =>
  server.send({
    headers: { 'content-type': 'application/json', ...authorization(keys.read) },
    body: JSON.stringify({ query }),
  })

test('requests are counted by what they ask for and how they end, whatever their clients call them', async () => {
  await ask('query AnyName { datasets { totalCount } }')
  await ask('query Other { datasets { totalCount } datasets { pageInfo { hasNextPage } } }')
  await ask('{ datasets { totalCount } runs { totalCount } }')
  await ask('{ datasets(first: 0) { totalCount } }')
  await ask('mutation { cancelComparison(input: { id: "x" }) { comparison { id } } }')
  await fetch(`${url}/images/none`, { headers: authorization(keys.read) })
  await fetch(`${url}/nothing/here`, { headers: authorization(keys.read) })
  await fetch(`${url}/graphql?query={__typename}`)
  const now = await metrics()
  const count = (operation: string, outcome: string) =>
    now.get(`shotboard_request_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`)
  expect(count('query datasets', 'ok')).toBe(2)
  expect(count('query several', 'ok')).toBe(1)
  expect(count('query datasets', 'INVALID_VALUE')).toBe(1)
  expect(count('mutation cancelComparison', 'FORBIDDEN')).toBe(1)
  expect(count('GET /images/:id', '404')).toBe(1)
  expect(count('GET other', '404')).toBe(1)
  expect(count('GET /graphql', '401')).toBe(1)
})

test('images encoded and found are counted, and jobs that wait and run', async () => {
  const before = await metrics()
  const dataset = await makeDataset(library, 'Counted', { SUPPORT_POOL: 2, TEST: 2 })
  const compare = (seed: number) =>
    library.comparisons.compare({
      dataset: dataset.id,
      shots: [2],
      seeds: [seed],
      methods: [{ method: 'tip-adapter' }],
      selection: 'NONE',
      klScaling: 'FROZEN',
      augmentations: 1,
    })
  const comparisons = [await compare(1), await compare(2)]
  const during = await metrics()
  const jobs = (state: string) => during.get(`shotboard_jobs{state="${state}"}`) ?? 0
  expect(jobs('waiting') + jobs('running')).toBe(2)
  for (const { id } of comparisons) await library.comparisons.ended(id)
  const after = await metrics()
  const gain = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
  const images = (await labelledPictures({ SUPPORT_POOL: 2, TEST: 2 })).length
  expect(gain('shotboard_images_encoded_total')).toBe(images)
  expect(gain('shotboard_encode_seconds_total')).toBeGreaterThan(0)
  expect(gain('shotboard_feature_lookups_total{result="miss"}')).toBe(images)
  expect(gain('shotboard_feature_lookups_total{result="hit"}')).toBeGreaterThan(0)
  expect(after.get('shotboard_jobs{state="running"}')).toBe(0)
  expect(after.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
})

test('metrics need a key', async () => {
  expect((await fetch(`${url}/metrics`)).status).toBe(401)
})

import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/system/random.js'
import { built, title } from '../helpers/programs.js'
import { attacks } from './helpers/hostile-requests.js'
import { startService } from './helpers/service.js'

const requestsOfEachKind = 100
/** So many at the same time. */
const atOnce = 10
const maxGrowthMegabytes = 100

const firstQuery =
  '{ health { status } methods { id name } datasets { totalCount } comparisons { totalCount } }'

describe.skipIf(!built)(title, async () => {
  const service = await startService()
  const answer = await service.ask(firstQuery)
  expect(JSON.parse(answer)).toHaveProperty('data.health.status', 'ok')
  const before = await service.megabytes()

  test.each(Object.entries(attacks))(`survive ${requestsOfEachKind} requests: %s`, async (kind, attack) => {
    for (let i = 0; i < requestsOfEachKind; i += atOnce) {
      const requests = Array.from({ length: atOnce }, (_, k) => attack(service.url, seeded(kind, i + k)))
      await Promise.allSettled(requests)
      service.requireAlive()
    }
    expect((await fetch(`${service.url}/healthz`, { headers: { connection: 'close' } })).status).toBe(200)
    await expect.poll(() => service.ask(firstQuery)).toBe(answer)
  })

  test('have their memory back', async () => {
    const growth = async () => (await service.megabytes()) - before
    // Memory is given back when the service has time, which queries give it.
    const later = async () => {
      for (let i = 0; i < 20; i++) await service.ask(firstQuery)
      return growth()
    }
    await expect.poll(later, { timeout: 120_000, interval: 1000 }).toBeLessThan(maxGrowthMegabytes)
  })
})

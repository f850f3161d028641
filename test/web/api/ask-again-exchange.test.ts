import { Client, cacheExchange, fetchExchange } from '@urql/core'
import { expect, test } from 'vitest'
import { askAgain } from '../../../web/src/api/ask-again-exchange.js'

/** A service of one number. Its answers come when they are let go, with the number of when they were asked for. */
function startCounter() {
  let number = 0
  const held: (() => void)[] = []
  const answer = (data: object) =>
    new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })
  const send: typeof fetch = async (_, request) => {
    const asked = String(request?.body)
    if (asked.includes('mutation')) return answer({ add: { __typename: 'Counter', number: ++number } })
    const found = answer({ counter: { __typename: 'Counter', number } })
    await new Promise<void>((resolve) => held.push(resolve))
    return found
  }
  const { exchange, outdate } = askAgain()
  const client = new Client({
    url: 'http://counter.test',
    preferGetMethod: false,
    fetch: send,
    requestPolicy: 'network-only',
    exchanges: [cacheExchange, exchange, fetchExchange],
  })
  const letGo = async () => {
    await expect.poll(() => held.length).toBeGreaterThan(0)
    held.shift()?.()
  }
  const numberOf = async () => (await client.query('{ counter { number } }', {}).toPromise()).data?.counter
  return { client, letGo, numberOf, outdate, held }
}

test('a query that a mutation overtook is asked again, so that its answer is of after the mutation', async () => {
  const { client, letGo, numberOf, held } = startCounter()
  const answered = numberOf()
  await expect.poll(() => held.length).toBe(1)
  await client.mutation('mutation { add { number } }', {}).toPromise()
  await letGo()
  await letGo()
  expect(await answered).toEqual({ __typename: 'Counter', number: 1 })
  expect(held).toEqual([])
})

test('a page that shows a query sees the last of two mutations, also if the first one’s answer is slow', async () => {
  const { client, letGo } = startCounter()
  const seen: number[] = []
  const { unsubscribe } = client
    .query('{ counter { number } }', {})
    .subscribe(({ data, stale }) => !stale && seen.push(data.counter.number))
  await letGo()
  await expect.poll(() => seen).toEqual([0])
  await client.mutation('mutation { add { number } }', {}).toPromise()
  await client.mutation('mutation { add { number } }', {}).toPromise()
  await letGo()
  await letGo().catch(() => undefined)
  await expect.poll(() => seen.at(-1)).toBe(2)
  unsubscribe()
})

test('a query without a mutation meanwhile is asked once; what is said to be outdated is asked again', async () => {
  const { letGo, numberOf, outdate, held } = startCounter()
  const first = numberOf()
  await letGo()
  expect(await first).toEqual({ __typename: 'Counter', number: 0 })
  const second = numberOf()
  await expect.poll(() => held.length).toBe(1)
  outdate()
  await letGo()
  await expect.poll(() => held.length).toBe(1)
  await letGo()
  await second
})

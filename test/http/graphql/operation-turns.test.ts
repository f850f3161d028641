import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { currentScope } from '../../../src/system/work-scope.js'
import { patience } from '../../helpers/patience.js'
import { startTestServer } from '../../helpers/server.js'

const server = await startTestServer({ SHOTBOARD_MAX_OPERATIONS: '1', SHOTBOARD_MAX_OPERATION_SECONDS: '1' })
const { library } = server

const query = '{ overlap(input: { source: { dataset: "any" } }) { spaces { auc } } }'
const codesOf = ({ errors }: Awaited<ReturnType<typeof server.ask>>) =>
  errors?.map(({ extensions }) => extensions.code)

/** Makes `overlap` last until its signal aborts; tells the signals of those that have begun. */
function endlessOverlap() {
  const signals: AbortSignal[] = []
  vi.spyOn(library, 'overlap').mockImplementation(() => {
    const signal = currentScope()?.signal
    if (signal) signals.push(signal)
    return new Promise(() => {})
  })
  return signals
}

function leaveable(body: string, agent?: Agent) {
  const sent = request(`${server.url}/graphql`, {
    method: 'POST',
    ...(agent && { agent }),
    headers: { 'content-type': 'application/json' },
  })
  sent.on('error', () => {})
  sent.end(JSON.stringify({ query: body }))
  return sent
}

describe('a query', () => {
  test('that takes too long is answered with that, and stopped', async () => {
    const signals = endlessOverlap()
    const answer = await server.ask(query)
    expect(codesOf(answer)).toEqual(['OPERATION_TIMED_OUT'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('that takes too long leaves its connection for the next one', async () => {
    endlessOverlap()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answerTo = (body: string) => {
      const sent = leaveable(body, agent)
      return new Promise<{ answer: unknown; isReused: boolean }>((resolve, reject) => {
        sent.on('error', reject)
        sent.on('response', (response) =>
          json(response).then((answer) => resolve({ answer, isReused: sent.reusedSocket }), reject),
        )
      })
    }
    expect(await answerTo(query)).toMatchObject({
      answer: { errors: [{ extensions: { code: 'OPERATION_TIMED_OUT' } }] },
    })
    // What is left of the first has time to fail.
    await wait(50)
    expect(await answerTo('{ __typename }')).toEqual({
      ...{ answer: { data: { __typename: 'Query' } }, isReused: true },
    })
    agent.destroy()
  })

  test('is stopped when its client leaves, and those that wait have their turn', async () => {
    const signals = endlessOverlap()
    const sent = leaveable(query)
    await vi.waitFor(() => expect(signals).toHaveLength(1), patience)
    const waiting = server.ask('{ __typename }')
    sent.destroy()
    expect((await waiting).data).toEqual({ __typename: 'Query' })
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true), patience)
  })

  test('is refused when too many wait, with the time to come back, and health is quick', async () => {
    const signals = endlessOverlap()
    const sent = Array.from({ length: 4 }, () => leaveable(query))
    await vi.waitFor(() => expect(signals.length).toBeGreaterThan(0), patience)
    const answers = await Promise.all(Array.from({ length: 4 }, () => server.ask('{ __typename }')))
    const refused = answers.filter((answer) => codesOf(answer)?.[0] === 'OVERLOADED')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.status).toBe(503)
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    for (const each of sent) each.destroy()
    await vi.waitFor(async () => expect((await server.ask('{ __typename }')).data).toBeDefined(), patience)
  })
})

test('a mutation that has begun comes to its end, whether or not its client waits', async () => {
  let ended = false
  const create = library.datasets.create
  vi.spyOn(library.datasets, 'create').mockImplementation(async (input) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(currentScope()?.signal.aborted).toBe(false)
    const dataset = await create(input)
    ended = true
    return dataset
  })
  const sent = leaveable(
    'mutation { createDataset(input: { name: "Left", classes: [{ name: "a" }] }) { dataset { id } } }',
  )
  await vi.waitFor(() => expect(library.datasets.create).toHaveBeenCalled(), patience)
  sent.destroy()
  await vi.waitFor(() => expect(ended).toBe(true), patience)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { temporaryFolder } from '../helpers/folder.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { built, root, runProgram, title } from '../helpers/programs.js'

async function startService(data: string) {
  const environment = { SHOTBOARD_DATA_DIR: data, SHOTBOARD_LOG_LEVEL: 'info' }
  const program = await runProgram('start', environment)
  const url = await program.printed(/ready at (\S+)/)
  async function query<T>(document: string, variables: object = {}): Promise<T> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
    })
    const { data: answer, errors } = (await response.json()) as { data: T; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return answer
  }
  return { ...program, url, query }
}

/** A request whose body never comes; resolves once the service has begun with it. */
async function openRequest(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 99\r\nexpect: 100-continue\r\n\r\n`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(String(answer)).toMatch(/^HTTP\/1.1 100 /)
  socket.write('{')
}

describe.skipIf(!built)(title, { concurrent: true }, () => {
  test('a service that is told to stop closes its subscriptions and parks its comparison, which then goes on', async () => {
    const data = await temporaryFolder()
    const first = await startService(data)
    const {
      createDataset: { dataset },
    } = await first.query<{ createDataset: { dataset: { id: string } } }>(
      'mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { id } } }',
      { input: { name: 'Stopped', classes: classNames.map((name) => ({ name })) } },
    )
    const images = await Promise.all(
      ['SUPPORT_POOL', 'TEST'].flatMap((split, s) =>
        classNames.flatMap((name, c) =>
          [0, 1].map(async (i) => ({
            image: { base64: await base64(picture(c, 10 * s + i)) },
            class: name,
            split,
          })),
        ),
      ),
    )
    await first.query('mutation ($input: AddImagesInput!) { addImages(input: $input) { added } }', {
      input: { dataset: dataset.id, images },
    })
    const seeds = Array.from({ length: 30 }, (_, i) => i)
    const {
      compare: { comparison },
    } = await first.query<{ compare: { comparison: { id: string } } }>(
      'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
      {
        input: {
          dataset: dataset.id,
          support: { shots: [1] },
          seeds,
          methods: [{ method: 'tip-x' }],
          selection: 'LEAVE_ONE_OUT',
        },
      },
    )
    const socket = new WebSocket(first.url.replace('http', 'ws'), 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    const payload = {
      query: `subscription { comparison(id: "${comparison.id}") { runs { nodes { status } } } }`,
    }
    socket.on('message', (message) => {
      const { type } = JSON.parse(String(message)) as { type: string }
      if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
      if (String(message).includes('SUCCEEDED')) first.child.kill('SIGTERM')
    })
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1001)
    const { code: exit, output } = await first.ended
    expect(exit).toBe(0)
    expect(output).toContain('"msg":"stopped"')
    expect(output).not.toMatch(/Still busy|"level":50/)

    const second = await startService(data)
    const state = () =>
      second.query<{ comparison: { status: string; runs: { nodes: { seed: number; status: string }[] } } }>(
        `{ comparison(id: "${comparison.id}") { status runs { nodes { seed status } } } }`,
      )
    while ((await state()).comparison.status !== 'SUCCEEDED')
      await new Promise((next) => setTimeout(next, 200))
    const { nodes: runs } = (await state()).comparison.runs
    expect(runs.map(({ seed }) => seed).sort((a, b) => a - b)).toEqual(seeds)
    second.child.kill('SIGINT')
    expect((await second.ended).code).toBe(0)
  }, 120_000)

  test('a request that never ends does not keep a service from stopping', async () => {
    const service = await startService(await temporaryFolder())
    await openRequest(service.url)
    service.child.kill('SIGTERM')
    const { code, output } = await service.ended
    expect(code).toBe(0)
    expect(output).toContain('"status":"aborted"')
  })

  test('a second signal ends a service at once', async () => {
    const service = await startService(await temporaryFolder())
    await openRequest(service.url)
    service.child.kill('SIGTERM')
    await service.printed(/"msg":"stopping"/)
    service.child.kill('SIGTERM')
    const { code, output } = await service.ended
    expect(code).toBe(1)
    expect(output).not.toContain('"msg":"stopped"')
  })

  test.each([
    ['SIGINT', 'unfinished', 130],
    ['SIGTERM', 'unfinished', 143],
    ['SIGINT', 'nothing', 0],
  ] as const)('%s of a command that leaves %s ends it with status %i', async (signal, leaves, status) => {
    const runCommand = join(root, 'dist/cli/run-command.js')
    const source = `import { runCommand } from ${JSON.stringify(runCommand)}
      await runCommand(async (onStop) => {
        onStop(async () => {}, ${JSON.stringify(leaves)})
        setInterval(() => {}, 1000)
        console.log('busy')
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', source])
    await once(child.stdout, 'data')
    child.kill(signal)
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(status)
  })

  test('what is busy all the same is left after ten seconds', async () => {
    const runCommand = join(root, 'dist/cli/run-command.js')
    const source = `import { runCommand } from ${JSON.stringify(runCommand)}
      await runCommand(async (onStop) => {
        onStop(() => new Promise(() => {}))
        setInterval(() => {}, 1000)
        console.log('busy')
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', source])
    let output = ''
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    expect(output).toContain('continues at the next start')
  })
})

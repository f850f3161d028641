import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { isAllowedHost, isLoopback } from '../../../src/http/access/hosts.js'
import { startServer } from '../../../src/server.js'
import { readSettings } from '../../../src/settings/settings.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { makeKeys } from '../../helpers/keys.js'
import { startTestServer } from '../../helpers/server.js'

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.3.2.1', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['example.org', false],
])('whether %s is reached from this machine alone: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

describe('the names that are answered to', () => {
  const local = { host: '127.0.0.1', apiKeys: [], allowedHosts: [] }
  const set = { ...local, allowedHosts: ['shots.example'] }

  test.each([
    ['this machine', local, ['localhost:4000', 'LOCALHOST', '127.0.0.1:80', '[::1]:4000'], true],
    [
      'others',
      local,
      ['elsewhere.example:4000', 'localhost.elsewhere.example', '10.0.0.1', '', undefined],
      false,
    ],
    ['names that are set', set, ['shots.example', 'shots.example:443', 'localhost'], true],
    ['others than those', set, ['elsewhere.example', 'a.shots.example'], false],
    ['others than those, with keys', { ...set, apiKeys: ['read:00'] }, ['elsewhere.example'], false],
    ['any, with keys', { ...local, apiKeys: ['read:00'] }, ['elsewhere.example'], true],
    ['any, listening for others', { ...local, host: '0.0.0.0' }, ['elsewhere.example'], true],
  ])('%s', (_, settings, headers, expected) => {
    for (const header of headers) expect(isAllowedHost(header, settings)).toBe(expected)
  })
})

test('a page elsewhere whose name resolves to this machine reaches nothing', async () => {
  const { url } = await startTestServer()
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'elsewhere.example', 'content-type': 'application/json' }
    const sent = request(`${url}/graphql`, { method: 'POST', headers }, (response) =>
      resolve(response.statusCode),
    )
    sent.on('error', reject).end('{"query":"{ __typename }"}')
  })
  expect(status).toBe(421)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { host: 'elsewhere.example' },
  })
  expect(await new Promise((resolve) => socket.once('error', ({ message }) => resolve(message)))).toContain(
    '401',
  )
})

describe('listening on an address that others reach', () => {
  const settings = async (more: Record<string, string>) =>
    readSettings({
      HOST: '0.0.0.0',
      PORT: '0',
      SHOTBOARD_LOG_LEVEL: 'silent',
      SHOTBOARD_DATA_DIR: await temporaryFolder(),
      ...more,
    })

  test('is refused without keys', async () => {
    await expect(startServer(await settings({}))).rejects.toThrow(
      expect.objectContaining({
        code: 'OPEN_TO_ALL',
        message: expect.stringContaining('SHOTBOARD_ALLOW_OPEN'),
      }),
    )
  })

  test.each([{ SHOTBOARD_API_KEYS: makeKeys().setting }, { SHOTBOARD_ALLOW_OPEN: 'on' }])(
    'is done with %o',
    async (more) => {
      const server = await startServer(await settings(more))
      await server.close()
    },
  )
})

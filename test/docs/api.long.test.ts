import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the commands of docs/api.md run, one after the other', async () => {
  const server = await startTestServer()
  await makeDataset(server.library, 'Documented', { SUPPORT_POOL: 16, VALIDATION: 3, TEST: 4 })
  const page = await readFile(`${root}docs/api.md`, 'utf8')
  const commands = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block)
  const script = `set -e\n${commands.join('\n')}`.replaceAll('http://localhost:4000', server.url)
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: root })
  expect(stdout).not.toContain('"errors"')
  const answers = stdout.match(/^\{"data":\{"\w+"/gm)?.map((line) => line.slice('{"data":{"'.length, -1))
  expect(answers).toEqual([
    'methods',
    'predict',
    'comparison',
    'comparison',
    'comparison',
    'overlap',
    'overlapCorrelation',
    'predict',
  ])
  expect(stdout).toMatch(/^data: .*"SUCCEEDED"/m)
})

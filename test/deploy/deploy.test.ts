import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { describeSettings } from '../../src/settings/settings.js'
import { root } from '../helpers/programs.js'

const folder = join(root, 'deploy')
const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.yaml'))
const read = (file: string) => readFile(join(folder, file), 'utf8')

test('there are files for compose and Kubernetes', () => {
  expect(files.sort()).toEqual(['compose.yaml', 'kubernetes/keda.yaml', 'kubernetes/shotboard.yaml'])
})

test.each(files)('%s is YAML without errors', async (file) => {
  for (const document of parseAllDocuments(await read(file), { merge: true })) {
    expect([...document.errors, ...document.warnings]).toEqual([])
  }
})

test.each(files)('%s names settings that there are', async (file) => {
  const named = (await read(file)).match(/\b(SHOTBOARD|AWS)_[A-Z_]+\b/g) ?? []
  const known = new Set(describeSettings().map(([, { variable }]) => variable))
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test('the processes are started by commands that there are', async () => {
  const commands = await readFile(join(root, 'src/cli/shotboard.ts'), 'utf8')
  for (const command of ['start', 'worker']) expect(commands).toContain(`${command}Command()`)
  const manifests = await read('kubernetes/shotboard.yaml')
  expect(manifests.match(/args: .*/g)).toEqual(['args: ["start"]', 'args: ["worker", "--concurrency", "2"]'])
})

import { expect, test } from 'vitest'
import { createCleanup } from '../../src/system/cleanup.js'

test('closes in reverse order, once', async () => {
  const closed: string[] = []
  const cleanup = createCleanup()
  cleanup.add(() => closed.push('database'))
  cleanup.add(async () => closed.push('queue'))
  await cleanup.run()
  await cleanup.run()
  expect(closed).toEqual(['queue', 'database'])
})

test('a step that fails does not keep the others open', async () => {
  const closed: string[] = []
  const cleanup = createCleanup()
  cleanup.add(() => closed.push('lock'))
  cleanup.add(() => Promise.reject(new Error('no database')))
  await expect(cleanup.run()).rejects.toThrow('no database')
  expect(closed).toEqual(['lock'])
})

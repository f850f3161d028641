import { expect, test } from 'vitest'
import type { ClassifierRepository, ClassifierRow } from '../../src/store/classifiers.js'
import { withKeptClassifiers } from '../../src/store/kept-classifiers.js'

/** A repository of one classifier in memory, whose reads can be held back. */
function ofOne() {
  let row: ClassifierRow | null = { id: 'c1', name: 'snails', current: 1, createdAt: new Date(0) }
  let reads = 0
  let held: Promise<void> = Promise.resolve()
  const repository = {
    async find() {
      reads += 1
      const found = row
      await held
      return found
    },
    async use(_id: string, current: number) {
      row = { ...(row as ClassifierRow), current }
      return row
    },
    async delete() {
      row = null
      return []
    },
  }
  return {
    kept: withKeptClassifiers(repository as unknown as ClassifierRepository),
    reads: () => reads,
    hold(until: Promise<void>) {
      held = until
    },
  }
}

test('a classifier that was found is not read again until one is changed', async () => {
  const { kept, reads } = ofOne()
  for (let i = 0; i < 3; i++) expect(await kept.find('snails')).toMatchObject({ current: 1 })
  expect(reads()).toBe(1)
  await kept.use('c1', 2)
  expect(await kept.find('snails')).toMatchObject({ current: 2 })
  await kept.delete('c1')
  expect(await kept.find('snails')).toBeNull()
})

test('what was read while a change was written is not kept', async () => {
  const { kept, hold } = ofOne()
  const { promise, resolve } = withResolvers()
  hold(promise)
  const before = kept.find('snails')
  await kept.use('c1', 2)
  resolve()
  expect(await before).toMatchObject({ current: 1 })
  expect(await kept.find('snails')).toMatchObject({ current: 2 })
})

test('one that was not found is looked for again', async () => {
  const { kept, reads } = ofOne()
  await kept.delete('c1')
  for (let i = 0; i < 2; i++) expect(await kept.find('snails')).toBeNull()
  expect(reads()).toBe(2)
})

function withResolvers() {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

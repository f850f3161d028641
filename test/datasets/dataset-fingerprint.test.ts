import { expect, test } from 'vitest'
import { fingerprintDataset } from '../../src/datasets/dataset-fingerprint.js'

const classes = [
  { index: 0, name: 'cat', prompts: ['a cat.'] },
  { index: 1, name: 'dog', prompts: ['a dog.', 'a puppy.'] },
]
const images = [
  { imageId: 'a', classIndex: 0, split: 'TEST' },
  { imageId: 'b', classIndex: 1, split: 'TEST' },
  { imageId: 'c', classIndex: 1, split: 'SUPPORT_POOL' },
] as const
const fingerprint = fingerprintDataset(classes, images)

test('is a SHA-256 that does not depend on the order of images', () => {
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
  expect(fingerprintDataset(classes, images.toReversed())).toBe(fingerprint)
})

test.each([
  ['another prompt', classes.map((each) => ({ ...each, prompts: [...each.prompts, 'x'] })), images],
  ['other class names', classes.map((each) => ({ ...each, name: `${each.name}s` })), images],
  ['another order of classes', classes.toReversed(), images],
  ['one image fewer', classes, images.slice(1)],
  ['other splits of images', classes, images.map((each) => ({ ...each, split: 'VALIDATION' as const }))],
  ['other classes of images', classes, images.map((each) => ({ ...each, classIndex: 0 }))],
])('changes with %s', (_, changedClasses, changedImages) => {
  expect(fingerprintDataset(changedClasses, changedImages)).not.toBe(fingerprint)
})

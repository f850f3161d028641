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

test('is a SHA-256 and depends on no order of images', () => {
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
  expect(fingerprintDataset(classes, images.toReversed())).toBe(fingerprint)
})

test.each([
  ['a prompt', classes.map((each) => ({ ...each, prompts: [...each.prompts, 'x'] })), images],
  ['a name', classes.map((each) => ({ ...each, name: `${each.name}s` })), images],
  ['the order of classes', classes.toReversed(), images],
  ['one image less', classes, images.slice(1)],
  ['an image of another split', classes, images.map((each) => ({ ...each, split: 'VALIDATION' as const }))],
  ['an image of another class', classes, images.map((each) => ({ ...each, classIndex: 0 }))],
])('%s makes it another', (_, changedClasses, changedImages) => {
  expect(fingerprintDataset(changedClasses, changedImages)).not.toBe(fingerprint)
})

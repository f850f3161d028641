import { expect, test } from 'vitest'
import { matchClasses } from '../../src/datasets/match-classes.js'

const pets = { name: 'Pets', classes: ['cat', 'dog', 'bird'] }

test('classes are matched by name, in any order', () => {
  const other = { name: 'Blurred pets', classes: ['bird', 'cat', 'dog'] }
  expect([...matchClasses(pets, other)]).toEqual([2, 0, 1])
})

test.each([
  [['cat', 'dog', 'bird', 'fox'], 'Only in "Pets": none. Only in "Other": fox.'],
  [['cat', 'dog'], 'Only in "Pets": bird. Only in "Other": none.'],
  [['cat', 'Dog', 'fox'], 'Only in "Pets": dog, bird. Only in "Other": Dog, fox.'],
])('classes that only one of the datasets has are listed: %j', (classes, says) => {
  const match = () => matchClasses(pets, { name: 'Other', classes })
  expect(match).toThrow(expect.objectContaining({ code: 'CLASSES_DIFFER' }))
  expect(match).toThrow(says)
})

import { expect, test } from 'vitest'
import { colouringsOf, groupsOf } from '../../../web/src/map/colouring.js'

const map = {
  classes: [0, 1, 1, null],
  splits: ['TEST', 'SUPPORT_POOL', 'TEST', null],
  predicted: [0, 0, 1, null],
  confidences: [1, 0.2, 0.19, null],
}
const groups = (by: Parameters<typeof groupsOf>[2]) =>
  groupsOf(map, ['cat', 'dog'], by, false).map(({ label, points }) => [label, points])

test('points are grouped by class, split, right or wrong, and confidence; groups without points are left out', () => {
  expect(groups('class')).toEqual([
    ['cat', [0]],
    ['dog', [1, 2]],
    ['without a label', [3]],
  ])
  expect(groups('split')).toEqual([
    ['support pool', [1]],
    ['test', [0, 2]],
    ['without a label', [3]],
  ])
  expect(groups('confidence')).toEqual([
    ['0 to 20 % sure', [2]],
    ['20 to 40 % sure', [1]],
    ['80 to 100 % sure', [0]],
  ])
})

test('an image without a prediction is neither right nor wrong', () => {
  expect(groups('outcome')).toEqual([
    ['right', [0, 2]],
    ['wrong', [1]],
  ])
})

test('what is the same for all images is no colouring', () => {
  expect(colouringsOf(map)).toEqual(['class', 'outcome', 'confidence', 'split'])
  const plain = {
    classes: [0, 1],
    splits: ['TEST', 'TEST'],
    predicted: [null, null],
    confidences: [null, null],
  }
  expect(colouringsOf(plain)).toEqual(['class'])
})

test('200 classes have 200 colours, in light and dark', () => {
  const classes = Array.from({ length: 200 }, (_, i) => i)
  const many = { ...map, classes, predicted: classes }
  for (const isDark of [false, true]) {
    const colors = groupsOf(many, classes.map(String), 'class', isDark).map(({ color }) => color.join(' '))
    expect(new Set(colors).size).toBe(200)
  }
})

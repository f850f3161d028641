import { expect, test } from 'vitest'
import { type NestedImage, sharedFolders } from '../../src/sources/shared-folders.js'

const at = (...paths: readonly string[]): NestedImage[] =>
  paths.map((path) => {
    const [folder = '', ...below] = path.split('/')
    return { folder, below }
  })

test('folders that several class folders have are told, since they may be the classes', () => {
  expect(sharedFolders(at('Art/chair', 'Art/table', 'Photo/chair', 'Photo/table', 'Photo/lamp'))).toEqual([
    'chair',
    'table',
  ])
})

test.each([
  [
    'most images lie in the class folders themselves',
    at('cat', 'cat', 'dog', 'dog', 'cat/wild/a', 'dog/wild'),
  ],
  ['one folder alone is shared', at('cat/wild', 'dog/wild', 'cat/tame')],
  ['the folders of each class are its own', at('cat/lion', 'cat/tiger', 'dog/wolf', 'dog/fox')],
  ['the folders are years', at('cat/2020', 'cat/2021', 'dog/2020', 'dog/2021')],
  ['the folders are splits', at('cat/train', 'cat/test', 'dog/train', 'dog/test')],
  ['there is one class folder', at('cat/a', 'cat/b')],
])('none are told if %s', (_, images) => {
  expect(sharedFolders(images)).toEqual([])
})

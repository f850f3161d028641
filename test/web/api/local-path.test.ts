import { expect, test } from 'vitest'
import { localPath } from '../../../web/src/api/local-path.js'

test.each([
  ['https://shotboard.test/images/1?size=64', '/images/1?size=64'],
  ['/images/1?size=64', '/images/1?size=64'],
  ['data:image/png;base64,AA==', 'data:image/png;base64,AA=='],
])('%s is read from %s', (address, path) => {
  expect(localPath(address)).toBe(path)
})

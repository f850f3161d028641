import { expect, test } from 'vitest'
import { withoutPaths } from '../../src/system/without-paths.js'

test.each([
  [
    "ENOENT: no such file or directory, open '/var/data/runs/1.safetensors'",
    "ENOENT: no such file or directory, open '1.safetensors'",
  ],
  ['C:\\data\\models\\clip cannot be read', 'clip cannot be read'],
  ['/srv/models/mini-clip/vision.onnx is cut off: 3 of 5 bytes', 'vision.onnx is cut off: 3 of 5 bytes'],
])('%s shows no folder', (message, shown) => {
  expect(withoutPaths(message)).toBe(shown)
})

test.each([
  'The archive has the entry "a/b/c.png".',
  'See https://example.org/docs/models.md or docs/models.md.',
  'It has 3/4 of the images, and/or none.',
  'Not found: /nothing.',
])('%s stays as it is', (message) => {
  expect(withoutPaths(message)).toBe(message)
})

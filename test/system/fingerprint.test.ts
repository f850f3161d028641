import { expect, test } from 'vitest'
import { fingerprintOf } from '../../src/system/fingerprint.js'

test('equal values have one fingerprint, of 32 hexadecimal digits, and other values have others', () => {
  const fingerprint = fingerprintOf(['set', { shots: 4 }])
  expect(fingerprint).toMatch(/^[0-9a-f]{32}$/)
  expect(fingerprintOf(['set', { shots: 4 }])).toBe(fingerprint)
  expect(fingerprintOf(['set', { shots: 5 }])).not.toBe(fingerprint)
})

test('a fingerprint is the same from one version to the next', () => {
  expect(fingerprintOf([1, 'a', null])).toBe('6f9c54658fdbc2f155e7105e0ad633c8')
})

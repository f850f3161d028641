import { afterEach, expect, test, vi } from 'vitest'
import { disableTelemetry } from '../../src/tensor/disable-telemetry.js'

const variable = 'ORT_DISABLE_TELEMETRY'
const before = process.env[variable]

afterEach(() => {
  vi.restoreAllMocks()
  if (before === undefined) delete process.env[variable]
  else process.env[variable] = before
})

test('tests run with the telemetry of ONNX Runtime turned off', () => {
  expect(before).toBe('1')
})

test('what the user has set stays', () => {
  process.env[variable] = '0'
  disableTelemetry()
  expect(process.env[variable]).toBe('0')
})

test('a thread whose process has not turned telemetry off says so, since it cannot do it', () => {
  delete process.env[variable]
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  disableTelemetry()
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining(`Set ${variable}=1 for the process.`),
    { code: 'SHOTBOARD_TELEMETRY' },
  )
  expect(process.env[variable]).toBe('1')
})

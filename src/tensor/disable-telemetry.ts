import { isMainThread } from 'node:worker_threads'

const variable = 'ORT_DISABLE_TELEMETRY'

/**
 * Keeps ONNX Runtime from sending telemetry and from writing to the user's cache folder, unless the user has set the variable.
 * Since 1.29 it does both by default. It reads the variable when it is loaded, so call this before. A thread cannot change the
 * environment of its process: there, this warns if the process has not set the variable.
 */
export function disableTelemetry(): void {
  if (process.env[variable] !== undefined) return
  process.env[variable] = '1'
  if (isMainThread) return
  process.emitWarning(
    `ONNX Runtime sends telemetry, because this thread cannot turn it off. Set ${variable}=1 for the process.`,
    { code: 'SHOTBOARD_TELEMETRY' },
  )
}

// A thread that prepares images. Decoded pixels lie outside the JavaScript heap and trigger garbage collections every few
// images. Here those collect this thread's small heap, not that of the thread that serves requests. This file is plain
// JavaScript so that it starts from the sources as well as from the build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'

// When running from the sources, in development and tests, TypeScript files need a loader.
if (existsSync(fileURLToPath(new URL('./prepare.ts', import.meta.url)))) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { ShotboardError } = await import('../../errors.js')
const { prepare } = await import('./prepare.js')

parentPort?.on('message', async ({ id, preparation, pixels }) => {
  try {
    await prepare(preparation, pixels)
    parentPort?.postMessage({ id })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const { code, argument } = error instanceof ShotboardError ? error : {}
    parentPort?.postMessage({ id, error: { code, message, argument } })
  }
})

// A thread that prepares images. What it decodes lies outside its heap, and every few images of that make for a garbage
// collection: of a heap of its own, which is small, and never of the one that serves requests. Plain JavaScript, so that
// it starts from the sources as it does from the build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'

// From the sources, which only we ourselves and tests run, TypeScript has to be taught.
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

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { atEnd } from './at-end.js'
import { startBrowser } from './browser.js'
import { root } from './programs.js'

const runtime = join(root, 'node_modules', 'onnxruntime-web', 'dist')

const page = `<!doctype html><meta charset="utf-8"><title>Models</title><script type="module">
import { env, InferenceSession, Tensor } from '/ort.wasm.bundle.min.mjs'
env.wasm.numThreads = 1
env.logLevel = 'error'
const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer())
window.run = async (model, pixels, dims) => {
  const session = await InferenceSession.create(await bytes(model))
  const values = new Float32Array((await bytes(pixels)).buffer)
  const { logits } = await session.run({ pixel_values: new Tensor('float32', values, dims) })
  await session.release()
  return [...logits.data]
}
</script>`

/**
 * Runs models with onnxruntime-web in a browser: on pixels of shape `dims`, each model to its logits. Models and pixels are paths
 * of files in a folder.
 */
export async function startWebRuntime(folder: string) {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(url.slice(1))
    const type = path.endsWith('.mjs') ? 'text/javascript' : path.endsWith('.wasm') ? 'application/wasm' : ''
    if (path === '') return response.setHeader('Content-Type', 'text/html').end(page)
    const file = path.startsWith('ort') ? join(runtime, path) : join(folder, path)
    const bytes = await readFile(file).catch(() => null)
    if (!bytes) return response.writeHead(404).end()
    return response.setHeader('Content-Type', type || 'application/octet-stream').end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  const tab = await (await startBrowser()).newPage()
  await tab.goto(`http://127.0.0.1:${port}/`)
  await tab.waitForFunction('window.run !== undefined')
  return (model: string, pixels: string, dims: readonly number[]): Promise<number[]> =>
    tab.evaluate(
      `run(${JSON.stringify(`/${encodeURIComponent(model)}`)}, '/${pixels}', ${JSON.stringify(dims)})`,
    )
}

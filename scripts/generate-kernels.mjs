// Compiles assembly/ to WebAssembly and writes it into modules, so that both the sources and the build can load it.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))

async function generate(source, target, ...options) {
  const files = new Map()
  const { error, stderr } = await asc.main(
    [
      source,
      '--outFile',
      'wasm',
      '--baseDir',
      root,
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '-O3',
      '--noAssert',
      ...options,
    ],
    { writeFile: (name, contents) => files.set(name, contents) },
  )
  if (error) throw new Error(`${error.message}\n${stderr}`)
  const base64 = Buffer.from(files.get('wasm')).toString('base64')
  writeFileSync(
    fileURLToPath(new URL(`../${target}`, import.meta.url)),
    `// Made by scripts/generate-kernels.mjs from ${source}.\nexport const wasm = '${base64}'\n`,
  )
}

await generate('assembly/index.ts', 'src/images/pixels/generated.ts')
// The computing thread is plain JavaScript, which loads from the sources as well as from the build. Its memory is shared with
// the threads that help it, up to WebAssembly's 65,536 pages.
const shared = ['--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536']
await generate('assembly/eigh.ts', 'src/tensor/eigh-kernels.generated.js', ...shared)

// Compiles assembly/ to WebAssembly and writes it into src/images/pixels/generated.ts, so that both the sources and
// the build can load it.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = new Map()
const { error, stderr } = await asc.main(
  [
    'assembly/index.ts',
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
  ],
  { writeFile: (name, contents) => files.set(name, contents) },
)
if (error) throw new Error(`${error.message}\n${stderr}`)
const base64 = Buffer.from(files.get('wasm')).toString('base64')
writeFileSync(
  fileURLToPath(new URL('../src/images/pixels/generated.ts', import.meta.url)),
  `// Made by scripts/generate-kernels.mjs from assembly/.\nexport const wasm = '${base64}'\n`,
)

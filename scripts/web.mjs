// Builds the dashboard: types for its operations from the schema, dist/web, and a compressed copy of each file, so that
// no request waits for compression.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import './generate-operations.mjs'

const root = fileURLToPath(new URL('../web/', import.meta.url))
await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })

const folder = fileURLToPath(new URL('../dist/web/', import.meta.url))
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(html|js|css|svg|wasm)$/.test(name)) continue
  const bytes = readFileSync(join(folder, name))
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: name.endsWith('.wasm') ? 6 : 9 }))
  // Of WebAssembly this would take long.
  if (name.endsWith('.wasm')) continue
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: quality }))
}

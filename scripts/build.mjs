// Generates the database clients, the kernels, the reader of ONNX graphs and the client's operations, compiles client/ to
// client/dist/ and src/ to dist/, renders the IDE, writes docs/configuration.md, docs/plugin-reference.md and docs/api, and bundles the dashboard.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './generate-prisma.mjs'
import './generate-kernels.mjs'
import './generate-onnx.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
for (const folder of ['dist', 'client/dist']) rmSync(join(root, folder), { recursive: true, force: true })
const run = (...parameters) => execFileSync(process.execPath, parameters, { cwd: root, stdio: 'inherit' })
run('--import', 'tsx', join('scripts', 'generate-client.mjs'))
run(tsc, '-p', 'client')
// `shotboard/client` is the package shotboard-client: a program that uses both names has one client, and one class of its errors.
mkdirSync(join(root, 'dist/client'), { recursive: true })
for (const ending of ['js', 'd.ts']) {
  writeFileSync(join(root, `dist/client/index.${ending}`), "export * from 'shotboard-client'\n")
}
run(tsc, '-p', 'tsconfig.build.json')
// npm makes the command executable when it installs the package, and not when a build replaces it.
chmodSync(join(root, 'dist/cli/shotboard.js'), 0o755)
await import('./ide.mjs')
await import('./configuration.mjs')
await import('./plugin-reference.mjs')
await import('./web.mjs')
await import('./api-reference.mjs')

// Prepares the copy of onnxruntime-node that `npm pack` puts into the package: it loses its install script, which
// downloads GPU libraries and makes the whole installation fail where their host cannot be reached (docs/models.md).
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', 'onnxruntime-node')

if (existsSync(join(folder, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'))) {
  throw new Error('The GPU libraries of this checkout would be packed. Run npm ci and pack again.')
}

const file = join(folder, 'package.json')
const { scripts: _, devDependencies: __, ...description } = JSON.parse(readFileSync(file, 'utf8'))
// Written anew and moved into place: node_modules may share its files with another checkout by hard links.
const written = `${file}.${process.pid}`
writeFileSync(written, `${JSON.stringify(description, null, 2)}\n`)
renameSync(written, file)

// Generates src/tensor/onnx/onnx_pb.ts, the types and the reader of ONNX graphs, from onnx.proto beside it.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const programOf = (name) => {
  const file = require.resolve(`${name}/package.json`)
  const { bin } = require(file)
  return join(dirname(file), bin[name.split('/')[1]])
}

const folder = join('src', 'tensor', 'onnx')
const template = {
  version: 'v2',
  plugins: [
    {
      local: [process.execPath, programOf('@bufbuild/protoc-gen-es')],
      out: folder,
      opt: ['target=ts', 'import_extension=js'],
    },
  ],
}
execFileSync(
  process.execPath,
  [programOf('@bufbuild/buf'), 'generate', folder, '--template', JSON.stringify(template)],
  { cwd: root, stdio: 'inherit' },
)

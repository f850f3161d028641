// Makes client/dist, which the package shotboard-client holds: what the build has compiled for `shotboard/client`.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [compiled, packed] = ['../dist/client', '../client/dist'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
if (!existsSync(compiled)) throw new Error('Run `npm run build` first.')
rmSync(packed, { recursive: true, force: true })
cpSync(compiled, packed, { recursive: true })

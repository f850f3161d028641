// Sees that client/dist, which the package shotboard-client holds, is built before it is packed.
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../client/dist/index.js', import.meta.url))) {
  throw new Error('Run `npm run build` first.')
}

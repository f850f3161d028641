// A process that decodes images. This file is plain JavaScript so that it starts from the sources as well as from the build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// When running from the sources, in development and tests, TypeScript files need a loader.
if (existsSync(fileURLToPath(new URL('./serve.ts', import.meta.url)))) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { serve } = await import('./serve.js')
const { createTasks } = await import('./tasks.js')
serve(createTasks(process.argv.includes('--read-cut-short')))

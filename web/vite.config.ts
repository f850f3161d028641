import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The address of the service for `npm run web`. */
const service = process.env.SHOTBOARD_URL ?? 'http://localhost:4000'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows fonts only from files.
    assetsInlineLimit: 0,
    // Pages and formulas are loaded on demand. A test checks the size of the bundle, so this warning is not needed.
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      '/graphql': { target: service, ws: true },
      '/images': service,
      '/exports': service,
    },
  },
})

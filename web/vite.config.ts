import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm run web` finds the service. */
const service = process.env.SHOTBOARD_URL ?? 'http://localhost:4000'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy takes fonts from files alone.
    assetsInlineLimit: 0,
    // Pages and formulas are loaded when first shown; a warning here would only repeat the test of the bundle's size.
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

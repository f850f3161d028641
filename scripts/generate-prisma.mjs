// Generates both Prisma clients, for SQLite and for Postgres, from prisma/sqlite.prisma, without a download: `generate`
// needs no schema engine, but looks for one unless the variable below points at an existing file.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sqlite = join(root, 'prisma', 'sqlite.prisma')
const postgres = join(root, 'prisma', 'postgres.prisma')
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')

const schema = readFileSync(sqlite, 'utf8')
  .replace(/^\/\/.*\n/, '// Made from sqlite.prisma by scripts/generate-prisma.mjs: edit that one.\n')
  .replace('generated/sqlite', 'generated/postgres')
  .replace('provider = "sqlite"', 'provider = "postgresql"')
writeFileSync(postgres, schema)

for (const file of [sqlite, postgres]) {
  execFileSync(process.execPath, [prisma, 'generate', '--schema', file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  })
}

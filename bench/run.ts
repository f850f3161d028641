import '../src/cli/production.js'
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import Table from 'cli-table3'
import type { Benchmark, Row } from './benchmark.js'
import { calibration } from './cases/calibration.js'
import { classifyMany, classifyOne } from './cases/classify.js'
import { clipFiles, clipMemory, clipSpeed } from './cases/clip.js'
import { coverage } from './cases/coverage.js'
import { dashboard } from './cases/dashboard.js'
import { eigh } from './cases/eigh.js'
import { encoding } from './cases/encoding.js'
import { faults } from './cases/faults.js'
import { featureStore } from './cases/feature-store.js'
import { growth } from './cases/growth.js'
import { imagenetTipAdapter, imagenetTipX } from './cases/imagenet.js'
import { importing } from './cases/import.js'
import { importSize } from './cases/import-size.js'
import { keys } from './cases/keys.js'
import { labelErrors } from './cases/label-errors.js'
import { leaveOneOut } from './cases/leave-one-out.js'
import { overlap } from './cases/overlap.js'
import { planning } from './cases/planning.js'
import { pluginChecks } from './cases/plugin-checks.js'
import { resize } from './cases/resize.js'
import { scaling } from './cases/scaling.js'
import { scoring } from './cases/scoring.js'
import { search } from './cases/search.js'
import { spaces } from './cases/spaces.js'
import { suggestionSpeed, suggestions } from './cases/suggestions.js'
import { training } from './cases/training.js'
import { watching } from './cases/watching.js'
import { workers } from './cases/workers.js'

const benchmarks: readonly Benchmark[] = [
  scoring,
  keys,
  pluginChecks,
  search,
  leaveOneOut,
  labelErrors,
  ...suggestions,
  suggestionSpeed,
  coverage,
  calibration,
  scaling,
  faults,
  growth,
  spaces,
  eigh,
  overlap,
  featureStore,
  encoding,
  workers,
  classifyOne,
  classifyMany(5_000),
  classifyMany(100_000),
  importing,
  importSize,
  resize,
  dashboard,
  ...planning,
  watching,
  ...clipSpeed,
  ...clipFiles,
  clipMemory,
  ...training,
  imagenetTipAdapter,
  imagenetTipX,
]

const { values } = parseArgs({ options: { filter: { type: 'string' }, only: { type: 'string' } } })
if (values.only !== undefined) await runHere(values.only)
else await runAll(values.filter ?? '')

/** Runs one benchmark in this process and prints its rows for the process that started it. */
async function runHere(name: string): Promise<void> {
  const benchmark = benchmarks.find((each) => each.name === name)
  if (!benchmark) throw new Error(`benchmark ${name} not found`)
  console.log(JSON.stringify(await benchmark.run()))
  process.exit(0)
}

/** Runs every benchmark in its own process, so that memory and warm code do not affect the next one. */
async function runAll(filter: string): Promise<void> {
  const chosen = benchmarks.filter(({ name }) => name.includes(filter))
  if (chosen.length === 0) {
    console.error(
      `No benchmark matches "${filter}". Benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}.`,
    )
    process.exit(2)
  }
  const table = new Table({
    head: ['quantity', 'ours', 'baseline', 'ratio'],
    colWidths: [74, 14, 16, 22],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const { name } of chosen) {
    console.error(`${name} …`)
    for (const { quantity, ours, baseline = '–', ratio = '–' } of await runApart(name)) {
      table.push([quantity, ours, baseline, ratio])
    }
  }
  console.log(`Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}`)
  console.log(table.toString())
}

async function runApart(name: string): Promise<readonly Row[]> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--only', name]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout)
}

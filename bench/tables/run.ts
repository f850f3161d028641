import { appendFile, readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { tablesOf } from './markdown.js'
import { type Measured, measure } from './measure.js'
import { folderSource, sources } from './tasks.js'

/**
 * Accuracy and overlap of every method with a cache in every space on every available data set, as Markdown.
 *
 *     npm run tables                                     # all of it
 *     npm run tables -- --only flowers102 --keep t.jsonl # one data set; measurements are added to a file
 *     npm run tables -- --only cifar10-photos --seed 1 --shots 1,2 --keep t.jsonl # a part of it
 *     npm run tables -- --folder path/to/your-dataset    # your own data set too; repeatable
 *     npm run tables -- --from t.jsonl                   # tables of earlier measurements
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    shots: { type: 'string' },
    keep: { type: 'string' },
    from: { type: 'string' },
    folder: { type: 'string', multiple: true },
  },
})

const all = [...sources, ...(values.folder ?? []).map(folderSource)]
const measured: Measured[] = values.from === undefined ? await measureAll() : await readAll(values.from)
console.log(tablesOf(measured, all))
process.exit(0)

async function measureAll(): Promise<Measured[]> {
  const runtime = openRuntime()
  const kernels = createKernels(runtime)
  const done: Measured[] = []
  for (const source of all.filter(({ name }) => name === (values.only ?? name))) {
    for (const seed of source.seeds.filter((each) => each === Number(values.seed ?? each))) {
      const started = performance.now()
      const features = await source.open(seed, runtime)
      if (!features) {
        console.error(`${source.name} is missing, so it is left out`)
        break
      }
      const shotCounts = values.shots?.split(',').map(Number) ?? features.shots
      for await (const each of measure(source.name, seed, features, shotCounts, kernels)) {
        done.push(each)
        if (values.keep !== undefined) await appendFile(values.keep, `${JSON.stringify(each)}\n`)
      }
      console.error(`${source.name}, seed ${seed}: ${Math.round((performance.now() - started) / 1000)} s`)
    }
  }
  return done
}

async function readAll(file: string): Promise<Measured[]> {
  return (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line): Measured => JSON.parse(line))
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { formatComparisonCsv } from '../../src/comparisons/comparison-csv.js'
import type { ComparisonDocument } from '../../src/comparisons/comparison-document.js'
import { comparisonOf, parseExperiment } from '../../src/comparisons/experiment.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { outsiders } from '../helpers/plugins.js'

const plugins = { SHOTBOARD_PLUGINS: await outsiders() }
const library = await openTestLibrary(await temporaryFolder(), plugins)
const name = '=1+1, "quoted"\nand more'
const dataset = await makeDataset(library, name)

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const modelFile = (file: string) =>
  readFile(fileURLToPath(new URL(`../../models/mini-clip/${file}`, import.meta.url)))

async function compare(
  on: OpenedLibrary,
  input: ReturnType<typeof comparisonOf>,
): Promise<ComparisonDocument> {
  const { id } = await on.comparisons.compareOnce(input)
  await on.comparisons.ended(id)
  return on.documentComparison(id)
}

const document = await compare(library, {
  dataset: dataset.id,
  shots: [2, 1],
  seeds: [3, 5],
  methods: [
    { method: 'zero-shot' },
    { method: 'tip-adapter', space: 'whitened', hyperparameters: [{ name: 'beta', value: 2 }] },
    { method: 'TX++' },
    { method: 'throwing' },
  ],
  selection: 'LEAVE_ONE_OUT',
  klScaling: 'BATCH',
  augmentations: 2,
})

describe('a comparison as a document', () => {
  test('contains the request as an experiment', () => {
    expect(document.format).toBe('shotboard-comparison')
    expect(document.version).toBe(1)
    expect(document.experiment).toEqual({
      dataset: { name, fingerprint: document.dataset.fingerprint },
      encoder: 'mini-clip',
      shots: [2, 1],
      seeds: [3, 5],
      methods: [
        { method: 'zero-shot' },
        { method: 'tip-adapter', space: 'whitened', hyperparameters: { beta: 2 } },
        { method: 'tip-x++', space: 'imo' },
        { method: 'throwing' },
      ],
      selection: 'LEAVE_ONE_OUT',
      search: 'EXACT',
      klScaling: 'BATCH',
      drawing: 'EXACT',
      augmentations: 2,
      coverage: 0.9,
      holdOut: [],
    })
  })

  test('contains the hashes of files and adapters, and the versions', async () => {
    const files = ['model.json', 'vision.onnx', 'text.onnx', 'tokenizer.json']
    const hashes = await Promise.all(files.map(async (file) => [file, sha256(await modelFile(file))]))
    expect(document.encoder).toEqual({ id: 'mini-clip', files: Object.fromEntries(hashes) })
    const adapters = document.runs
      .filter(({ status }) => status === 'SUCCEEDED')
      .map((run) => [run.space, run.adapter])
    expect(new Set(adapters.map(String))).toEqual(
      new Set([`,`, 'whitened,', `imo,${sha256(await modelFile('vision.onnx'))}`]),
    )
    expect(document.runs[0]?.versions?.node).toBe(process.versions.node)
    expect(document.runs[0]?.versions?.onnxruntime).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('contains every run, with the error of a failed run', () => {
    expect(document.runs.length).toBe(16)
    expect(document.comparison.status).toBe('FAILED')
    for (const run of document.runs) {
      if (run.method === 'throwing') {
        expect(run).toMatchObject({
          status: 'FAILED',
          error: 'Plugin outsiders: the method throwing failed: this method always throws',
          result: null,
          versions: null,
        })
      } else {
        expect(run).toMatchObject({ status: 'SUCCEEDED', error: null, result: { testImages: 12 } })
      }
    }
    expect(document.rows.length).toBe(6)
    const [row] = document.rows
    const accuracies = document.runs
      .filter((run) => run.method === row?.method && run.space === row.space && run.shots === row.shots)
      .map(({ result }) => result?.accuracy ?? Number.NaN)
    expect(row?.accuracy.mean).toBeCloseTo((accuracies[0] as number) / 2 + (accuracies[1] as number) / 2, 10)
  })

  test('contains the interval and the prediction sets of each run, which its row is the mean of', () => {
    const of = (shots: number) =>
      document.runs.filter((run) => run.method === 'tip-adapter' && run.shots === shots)
    const row = document.rows.find(({ method, shots }) => method === 'tip-adapter' && shots === 2)
    const sets = of(2).flatMap(({ result }) => result?.sets ?? [])
    expect(sets.length).toBe(2)
    const meanOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value / values.length, 0)
    expect(row?.sets?.coverage.mean).toBeCloseTo(meanOf(sets.map(({ coverage }) => coverage)), 10)
    expect(row?.sets?.size.mean).toBeCloseTo(meanOf(sets.map(({ size }) => size)), 10)
    expect(row?.sets?.empty.mean).toBeCloseTo(meanOf(sets.map(({ empty }) => empty)), 10)
    for (const { result } of of(2)) {
      expect(result?.accuracyInterval?.low).toBeLessThanOrEqual(result?.accuracy ?? Number.NaN)
      expect(result?.accuracyInterval?.high).toBeGreaterThanOrEqual(result?.accuracy ?? Number.NaN)
    }
    // At one shot no image can be left out, so there are no sets.
    expect(of(1).map(({ result }) => result?.sets)).toEqual([null, null])
  })

  test('tells what images of no class got', async () => {
    const { runs, rows } = await compare(library, {
      ...{ dataset: dataset.id, shots: [3], seeds: [1], methods: [{ method: 'tip-adapter' }] },
      ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1, coverage: 0.8 },
      holdOut: ['red stripes'],
    })
    const unknown = rows[0]?.sets?.unknown
    expect(runs[0]?.result?.sets?.unknown).toEqual({
      images: 4,
      turnedAway: unknown?.turnedAway.mean,
      areaUnderRoc: unknown?.areaUnderRoc,
    })
  })

  test('contains the grid of every hyperparameter', () => {
    const tipX = document.methods.find(({ method }) => method === 'tip-x++')
    expect(tipX?.hyperparameters?.map(({ name }) => name)).toEqual(['alpha', 'beta', 'gamma'])
    expect(tipX?.hyperparameters?.[0]).toMatchObject({
      kind: 'weight',
      default: 1,
      min: 0,
      max: 20,
      steps: 200,
    })
    expect(tipX?.hyperparameters?.[0]?.grid.length).toBe(200)
  })

  test('can be repeated: another library with the same images gives the same rows', async () => {
    const elsewhere = await openTestLibrary(await temporaryFolder(), plugins)
    const same = await makeDataset(elsewhere, 'of another name')
    const experiment = parseExperiment(JSON.stringify(document), 'exported.json')
    const repeated = await compare(
      elsewhere,
      comparisonOf(experiment, { dataset: same.id, testDataset: null }),
    )
    expect(repeated.rows).toEqual(document.rows)
    expect(repeated.dataset.fingerprint).toBe(document.dataset.fingerprint)
    expect({ ...repeated.experiment, dataset: null }).toEqual({ ...document.experiment, dataset: null })
  })

  test('does not contain images that were added later', async () => {
    const changing = await makeDataset(library, 'Changing', { SUPPORT_POOL: 1, TEST: 1 })
    const input = {
      dataset: changing.id,
      shots: [1],
      seeds: [1],
      methods: [{ method: 'zero-shot' }],
      selection: 'NONE',
      search: 'EXACT',
      klScaling: 'FROZEN',
      augmentations: 1,
      coverage: 0.9,
      holdOut: [],
    } as const
    const before = await compare(library, input)
    // An image that the dataset does not have yet.
    const id = (await library.store.datasets.images(dataset.id, 'TEST'))[1]?.imageId ?? ''
    await library.datasets.addImages({
      dataset: changing.id,
      images: [{ image: { id }, class: 'red stripes', split: 'TEST' }],
    })
    expect(await library.documentComparison(before.comparison.id)).toEqual(before)
    const after = await compare(library, input)
    expect(after.dataset.fingerprint).not.toBe(before.dataset.fingerprint)
    expect(after.dataset.images).toEqual({ SUPPORT_POOL: 3, VALIDATION: 0, TEST: 4 })
  })
})

describe('a comparison as CSV', () => {
  const text = formatComparisonCsv(document)
  const lines: Record<string, string>[] = parse(text, { columns: true, relax_quotes: false })

  test('has a line for each run, with the values of the document', () => {
    expect(text.split('\r\n').length).toBeGreaterThan(16)
    expect(lines.length).toBe(16)
    for (const [i, run] of document.runs.entries()) {
      expect(lines[i]).toMatchObject({
        run: run.id,
        status: run.status,
        method: run.method,
        space: run.space ?? '',
        shots: String(run.shots),
        seed: String(run.seed),
        selection: 'LEAVE_ONE_OUT',
        kl_scaling: 'BATCH',
        augmentations: '2',
        accuracy_percent: run.result === null ? '' : String(run.result.accuracy),
        adapter_sha256: run.adapter ?? '',
        dataset_sha256: document.dataset.fingerprint,
      })
    }
    const run = document.runs.find(({ result }) => result?.sets != null)
    expect(lines.find((line) => line.run === run?.id)).toMatchObject({
      coverage: '0.9',
      hold_out: '',
      unknown_dataset: '',
      accuracy_low_percent: String(run?.result?.accuracyInterval?.low),
      accuracy_high_percent: String(run?.result?.accuracyInterval?.high),
      set_coverage_percent: String(run?.result?.sets?.coverage),
      set_size: String(run?.result?.sets?.size),
      empty_sets_percent: String(run?.result?.sets?.empty),
      unknown_images: '',
      turned_away_percent: '',
      auroc: '',
    })
    const tipAdapter = lines.find(({ method }) => method === 'tip-adapter')
    expect(tipAdapter).toMatchObject({ given: 'beta=2', grid: 'alpha=0:20:200' })
    expect(tipAdapter?.hyperparameters).toMatch(/^alpha=[\d.]+;beta=2;lambda=0\.5$/)
  })

  test('has no text that a spreadsheet would read as a formula', () => {
    expect(lines[0]?.dataset).toBe(`'${name}`)
    for (const line of lines) {
      for (const value of Object.values(line)) expect(value).not.toMatch(/^[=+@\t\r]|^-\D/)
    }
  })
})

describe('an experiment file', () => {
  const minimal = { dataset: 'x', shots: [1], methods: ['zero-shot'] }

  test('has defaults for everything but dataset, shots and methods', () => {
    expect(parseExperiment(JSON.stringify(minimal), 'f.json')).toEqual({
      ...minimal,
      drawing: 'EXACT',
      seeds: [1],
      selection: 'VALIDATION',
      search: 'EXACT',
      klScaling: 'FROZEN',
      augmentations: 1,
      coverage: 0.9,
      holdOut: [],
    })
  })

  test.each([
    ['invalid JSON', '{', /it is not JSON/],
    ['a list', '[]', /INVALID|expected object/i],
    ['an unknown field', JSON.stringify({ ...minimal, shot: 1 }), /shot/],
    ['no methods', JSON.stringify({ ...minimal, methods: undefined }), /methods/],
    ['an unknown selection', JSON.stringify({ ...minimal, selection: 'TEST' }), /selection/],
    [
      'both the id and the name of a dataset',
      JSON.stringify({ ...minimal, dataset: { id: 'a', name: 'b' } }),
      /dataset/,
    ],
    [
      'an invalid fingerprint',
      JSON.stringify({ ...minimal, dataset: { id: 'a', fingerprint: 'b' } }),
      /dataset/,
    ],
    ['an exported comparison with a bad experiment', JSON.stringify({ experiment: {} }), /experiment/],
  ])('with %s is refused, and the error names the file', (_, text, reason) => {
    expect(() => parseExperiment(text, 'f.json')).toThrow(
      expect.objectContaining({ code: 'INVALID_EXPERIMENT', message: expect.stringMatching(reason) }),
    )
    expect(() => parseExperiment(text, 'f.json')).toThrow('f.json')
  })
})

import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExportOptions } from '../../../src/classifiers/export/export-classifier.js'
import { noAugmentation } from '../../../src/images/augmentation.js'
import { writeFolder } from '../../../src/system/write-folder.js'
import { makeDataset } from '../../helpers/datasets.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'
import { root } from '../../helpers/programs.js'

/** Python with onnxruntime, numpy and Pillow, if there is one. */
const python = [process.env.SHOTBOARD_TEST_PYTHON, 'python3'].find(
  (each) => each !== undefined && spawnSync(each, ['-c', 'import onnxruntime, numpy, PIL']).status === 0,
)
const title = python
  ? "in Python's ONNX Runtime"
  : "in Python's ONNX Runtime (skipped: set SHOTBOARD_TEST_PYTHON to a Python with onnxruntime, numpy and Pillow)"

/** Runs exported models on pixels of one file, and prints each one's logits as JSON. */
const runModels = `
import json, sys
import numpy as np
import onnxruntime as ort
count, size = int(sys.argv[2]), int(sys.argv[3])
pixels = np.fromfile(sys.argv[1], np.float32).reshape(count, 3, size, size)
for model in sys.argv[4:]:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options)
    parts = [session.run(["logits", "probabilities"], {"pixel_values": part}) for part in np.array_split(pixels, 7)]
    logits, probabilities = (np.concatenate(each) for each in zip(*parts))
    assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    print(json.dumps(logits.tolist()))
`

describe.skipIf(python === undefined)(title, async () => {
  if (python === undefined) return
  const library = await openTestLibrary(await temporaryFolder())
  const dataset = await makeDataset(library, 'Patterns')
  const { registry } = library
  const encoder = library.encoders.default
  const supportSet = await library.supportSets.create({
    ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
  })
  const images = await Promise.all(Array.from({ length: 200 }, (_, i) => picture(i % 3, 20_000 + i)))
  const folder = await temporaryFolder()
  const size = encoder.imageSize
  const pixels = new Float32Array(images.length * 3 * size * size)
  for (const [i, bytes] of images.entries()) {
    const to = pixels.subarray(i * 3 * size * size, (i + 1) * 3 * size * size)
    await library.imageWorkers.prepare(
      { id: String(i), bytes, recipe: noAugmentation, preprocessing: encoder.preprocessing },
      to,
    )
  }
  const pixelFile = join(folder, 'pixels.bin')
  await writeFile(pixelFile, new Uint8Array(pixels.buffer))
  const script = join(folder, 'run.py')
  await writeFile(script, runModels)

  const logitsOf = async (name: string) => {
    const loaded = await library.classifiers.load(name)
    const given = images.map((bytes, i) => ({ id: String(i), bytes, error: null }))
    const answers = await library.classifiers.classifyRead(loaded, given, loaded.classes.length)
    return answers.map(({ top }) => {
      const row: number[] = []
      for (const { class: label, logit } of top) row[label.index] = logit
      return row
    })
  }

  function inPython(models: readonly string[]): number[][][] {
    const { stdout, stderr, status } = spawnSync(
      python ?? '',
      [script, pixelFile, String(images.length), String(size), ...models],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    )
    if (status !== 0) throw new Error(stderr)
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as number[][])
  }

  async function exportTo(name: string, options: ExportOptions = {}): Promise<string> {
    const { files } = await library.classifiers.exported(name, options)
    const to = join(folder, name)
    await writeFolder(to, files, 'an export')
    return to
  }

  const available = registry.spaces.filter(
    ({ base, usesGeneric }) => encoder.spaces.includes(base) && !usesGeneric,
  )
  const combinations = registry.methods
    .filter(({ transductive }) => !transductive)
    .flatMap(({ id, space, spaces, needs = [] }): (readonly [method: string, space: string | null])[] =>
      space === null
        ? [[id, null]]
        : available
            .filter((each) => !spaces || spaces.includes(each.id))
            .filter(({ base }) => !needs.includes('projected-texts') || base === 'clip')
            .map((each) => [id, each.id]),
    )

  test(`${combinations.length} methods in spaces answer 200 images as the service does`, async () => {
    const names: string[] = []
    for (const [method, space] of combinations) {
      const name = `${method} in ${space ?? 'none'}`
      await library.classifiers.create({ name, supportSet: supportSet.id, method, ...(space && { space }) })
      names.push(name)
    }
    const models: string[] = []
    for (const name of names) models.push(join(await exportTo(name), 'model.onnx'))
    const results = inPython(models)
    for (const [m, name] of names.entries()) {
      const expected = await logitsOf(name)
      const largest = Math.max(...expected.flat().map(Math.abs))
      for (const [i, row] of (results[m] ?? []).entries()) {
        const own = expected[i] ?? []
        for (const [c, logit] of row.entries()) {
          expect(Math.abs(logit - (own[c] ?? NaN)), `${name}, image ${i}`).toBeLessThan(
            1e-3 * Math.max(1, largest / 100),
          )
        }
        expect(row.indexOf(Math.max(...row)), `${name}, image ${i}`).toBe(own.indexOf(Math.max(...own)))
      }
    }
  })

  test('weights in fp16 and q8 make the file smaller, and change few answers', async () => {
    await library.classifiers.create({ name: 'small', supportSet: supportSet.id, method: 'tip-adapter++' })
    const [whole, half, quarter] = await Promise.all(
      (['fp32', 'fp16', 'q8'] as const).map(async (precision) => {
        const { files } = await library.classifiers.exported('small', { precision })
        const model = join(folder, `${precision}.onnx`)
        await writeFile(model, files.get('model.onnx') ?? '')
        return { model, bytes: files.get('model.onnx')?.length ?? 0 }
      }),
    )
    // The embedded encoder is in half precision already.
    expect(half?.bytes).toBe(whole?.bytes)
    expect(quarter?.bytes).toBeLessThan(0.65 * (whole?.bytes ?? 0))
    const [exact = [], ...rest] = inPython([whole, half, quarter].map((each) => each?.model ?? ''))
    const best = (row: readonly number[]) => row.indexOf(Math.max(...row))
    for (const [n, share] of [0.99, 0.9].entries()) {
      const same = exact.filter((row, i) => best(row) === best(rest[n]?.[i] ?? []))
      expect(same.length / exact.length).toBeGreaterThanOrEqual(share)
    }
  })

  test('the examples for Python and JavaScript run, and give the class that the service gives', async () => {
    await library.classifiers.create({ name: 'examples', supportSet: supportSet.id, method: 'tip-adapter' })
    const to = await exportTo('examples')
    const files = await Promise.all(
      images.slice(0, 6).map(async (bytes, i) => {
        const file = join(folder, `${i}.png`)
        await writeFile(file, bytes)
        return file
      }),
    )
    const labels = JSON.parse(await readFile(join(to, 'labels.json'), 'utf8'))
    const expected = (await logitsOf('examples'))
      .slice(0, 6)
      .map((row) => labels[row.indexOf(Math.max(...row))])
    // As where its packages are installed.
    const inProject = join(root, 'node_modules', '.cache', 'shotboard-example')
    await mkdir(inProject, { recursive: true })
    await cp(to, inProject, { recursive: true, force: true })
    for (const [command, folderOf, program] of [
      [python, to, 'classify.py'],
      [process.execPath, inProject, 'classify.mjs'],
    ] as const) {
      const run = spawnSync(command, [join(folderOf, program), ...files], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const lines = run.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
      expect(lines.map(([file]) => file)).toEqual(files)
      expect(lines.map(([, label]) => label)).toEqual(expected)
    }
  })
})

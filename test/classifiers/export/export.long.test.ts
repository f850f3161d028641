import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExportOptions } from '../../../src/classifiers/export/export-classifier.js'
import { noAugmentation } from '../../../src/images/augmentation.js'
import { once } from '../../../src/system/once.js'
import { writeFolder } from '../../../src/system/write-folder.js'
import { browserPath, withBrowser } from '../../helpers/browser.js'
import { makeDataset } from '../../helpers/datasets.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'
import { root } from '../../helpers/programs.js'
import { startWebRuntime } from '../../helpers/web-runtime.js'

/** Python with onnxruntime, numpy and Pillow, if there is one. */
const python = [process.env.SHOTBOARD_TEST_PYTHON, 'python3'].find(
  (each) => each !== undefined && spawnSync(each, ['-c', 'import onnxruntime, numpy, PIL']).status === 0,
)
const title =
  python === undefined
    ? "in Python's ONNX Runtime (skipped: set SHOTBOARD_TEST_PYTHON to a Python with onnxruntime, numpy and Pillow)"
    : "in Python's ONNX Runtime"

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

/** Folders of encoders: the embedded one, an export of transformers, and any that is named, such as a ViT-B/32. */
const encoderFolders = [
  join(root, 'models/mini-clip'),
  join(root, 'test/encoders/fixtures/models/tiny'),
  ...(process.env.SHOTBOARD_TEST_ENCODER === undefined ? [] : [process.env.SHOTBOARD_TEST_ENCODER]),
]

describe
  .skipIf(python === undefined)
  .each(encoderFolders.map((encoderFolder) => [basename(encoderFolder), encoderFolder] as const))(
  'models exported with the encoder %s',
  async (_, encoderFolder) => {
    if (python === undefined) return
    const models = await temporaryFolder()
    await cp(encoderFolder, join(models, basename(encoderFolder)), { recursive: true })
    const library = await openTestLibrary(await temporaryFolder(), {
      SHOTBOARD_MODELS_DIR: models,
      SHOTBOARD_ENCODER: basename(encoderFolder),
    })
    const dataset = await makeDataset(library, 'Patterns')
    const { registry } = library
    const encoder = library.encoders.default
    const knowsOthers = (await library.generics.of(encoder, dataset.id)) !== null
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
      ({ base, usesGeneric }) => encoder.spaces.includes(base) && (!usesGeneric || knowsOthers),
    )
    const every = registry.methods
      .filter(({ transductive }) => !transductive)
      .flatMap(({ id, space, spaces, needs = [] }): (readonly [method: string, space: string | null])[] =>
        space === null
          ? [[id, null]]
          : available
              .filter((each) => !spaces || spaces.includes(each.id))
              .filter(({ base }) => !needs.includes('projected-texts') || base === 'clip')
              .map((each) => [id, each.id]),
      )
    // Of a large encoder each method once, in spaces that take turns.
    const isLarge = encoder.dimensions >= 512 && encoderFolder === process.env.SHOTBOARD_TEST_ENCODER
    const turns = new Map([...new Set(every.map(([id]) => id))].map((id, at) => [id, at]))
    const combinations = isLarge
      ? [...turns].flatMap(([id, at]) => {
          const own = every.filter(([method]) => method === id)
          return own.slice(at % own.length, (at % own.length) + 1)
        })
      : every

    /** A classifier of every combination, exported to a folder, with the logits that the service gives. */
    const exportAll = once(async () => {
      const all: { readonly name: string; readonly folder: string; readonly expected: number[][] }[] = []
      for (const [method, space] of combinations) {
        const name = `${method} in ${space ?? 'none'}`
        await library.classifiers.create({ name, supportSet: supportSet.id, method, ...(space && { space }) })
        all.push({ name, folder: await exportTo(name), expected: await logitsOf(name) })
      }
      return all
    })

    function expectSame(
      name: string,
      rows: readonly (readonly number[])[],
      expected: readonly number[][],
    ): void {
      const largest = Math.max(...expected.flat().map(Math.abs))
      for (const [i, row] of rows.entries()) {
        const own = expected[i] ?? []
        expect(row).toHaveLength(own.length)
        for (const [c, logit] of row.entries()) {
          expect(Math.abs(logit - (own[c] ?? NaN)), `${name}, image ${i}`).toBeLessThan(
            1e-3 * Math.max(1, largest / 100),
          )
        }
        expect(row.indexOf(Math.max(...row)), `${name}, image ${i}`).toBe(own.indexOf(Math.max(...own)))
      }
    }

    test.skipIf(python === undefined)(
      `${combinations.length} methods in spaces answer 200 images as the service does, ${title}`,
      async () => {
        const all = await exportAll()
        const results = inPython(all.map((each) => join(each.folder, 'model.onnx')))
        for (const [m, { name, expected }] of all.entries()) {
          expect(results[m]).toHaveLength(images.length)
          expectSame(name, results[m] ?? [], expected)
        }
      },
    )

    test.skipIf(browserPath === undefined)(
      `${combinations.length} methods in spaces answer 20 images as the service does, with onnxruntime-web ${withBrowser}`,
      async () => {
        const run = await startWebRuntime(folder)
        await writeFile(join(folder, 'some.bin'), new Uint8Array(pixels.buffer, 0, 20 * 3 * size * size * 4))
        for (const { name, folder: own, expected } of await exportAll()) {
          const logits = await run(join(basename(own), 'model.onnx'), 'some.bin', [20, 3, size, size])
          const classes = logits.length / 20
          const rows = Array.from({ length: 20 }, (_, i) => logits.slice(i * classes, (i + 1) * classes))
          expectSame(name, rows, expected)
        }
      },
    )

    test.skipIf(python === undefined)(
      'weights in fp16 and q8 make the file smaller, and change few answers',
      async () => {
        await library.classifiers.create({
          name: 'small',
          supportSet: supportSet.id,
          method: 'tip-adapter++',
        })
        const [whole, half, quarter] = await Promise.all(
          (['fp32', 'fp16', 'q8'] as const).map(async (precision) => {
            const { files } = await library.classifiers.exported('small', { precision })
            const model = join(folder, `${precision}.onnx`)
            await writeFile(model, files.get('model.onnx') ?? '')
            return { model, bytes: files.get('model.onnx')?.length ?? 0 }
          }),
        )
        // The embedded encoder is in half precision already, so that q8 alone makes it smaller.
        if (basename(encoderFolder) === 'mini-clip') {
          expect(half?.bytes).toBe(whole?.bytes)
          expect(quarter?.bytes).toBeLessThan(0.65 * (whole?.bytes ?? 0))
        } else {
          expect(half?.bytes).toBeLessThan(whole?.bytes ?? 0)
          expect(quarter?.bytes).toBeLessThan(half?.bytes ?? 0)
        }
        const [exact = [], ...rest] = inPython([whole, half, quarter].map((each) => each?.model ?? ''))
        const best = (row: readonly number[]) => row.indexOf(Math.max(...row))
        for (const [n, share] of [0.99, 0.9].entries()) {
          const same = exact.filter((row, i) => best(row) === best(rest[n]?.[i] ?? []))
          expect(same.length / exact.length).toBeGreaterThanOrEqual(share)
        }
      },
    )

    test.skipIf(python === undefined)(
      'the examples for Python and JavaScript run, and give the class that the service gives',
      async () => {
        await library.classifiers.create({
          name: 'examples',
          supportSet: supportSet.id,
          method: 'tip-adapter',
        })
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
          [python ?? '', to, 'classify.py'],
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
      },
    )
  },
)

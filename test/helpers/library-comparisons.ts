import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { OpenedLibrary } from '../../src/library/library.js'

const miniClip = fileURLToPath(new URL('../../models/mini-clip', import.meta.url))

/** A comparison of one run, selected on validation images. */
export const request = (dataset: string, more: Partial<CompareInput> = {}): CompareInput => ({
  dataset,
  shots: [2],
  seeds: [1],
  methods: [{ method: 'tip-adapter++' }],
  selection: 'VALIDATION',
  klScaling: 'FROZEN',
  augmentations: 1,
  ...more,
})

/** Compares and waits for the end. */
export async function compare(library: OpenedLibrary, input: CompareInput) {
  const { id } = await library.comparisons.compare(input)
  return library.comparisons.ended(id)
}

/** Counts the images that are encoded from now on. */
export function countEncoded({ encoders }: OpenedLibrary): () => number {
  const encode = vi.spyOn(encoders.default, 'encodeImages')
  return () => encode.mock.calls.reduce((sum, [images]) => sum + images.length, 0)
}

/** Links the built-in model into another folder, with a changed manifest. */
export async function linkModel(folder: string, changes: object): Promise<void> {
  await mkdir(folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(miniClip, 'model.json'), 'utf8'))
  await writeFile(join(folder, 'model.json'), JSON.stringify({ ...manifest, ...changes }))
  for (const file of ['vision.onnx', 'text.onnx', 'tokenizer.json']) {
    await symlink(join(miniClip, file), join(folder, file))
  }
}

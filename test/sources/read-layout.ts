import { errors } from '../../src/errors.js'
import { type LayoutRequest, layOut } from '../../src/sources/layout.js'
import type { Source } from '../../src/sources/source.js'
import { defaultSplitRule } from '../../src/sources/split-rule.js'

export type Files = Readonly<Record<string, string | Buffer>>

/** A source of files with those texts, in the order of their paths. */
function sourceOf(files: Files): Source {
  const paths = Object.keys(files).sort()
  return {
    name: 'given',
    files: async () => paths.map((path, at) => ({ path, at })),
    async *readers(wanted) {
      for (const { path } of wanted) yield async () => Buffer.from(files[path] ?? '')
    },
    invalid: (reason) => errors.invalidFolder({ path: 'given', reason }),
    close: () => Promise.resolve(),
  }
}

/** Images without content, as a list of paths. */
export const imagesAt = (...paths: readonly string[]): Files =>
  Object.fromEntries(paths.map((path) => [path, '']))

/** What a layout says: by path, the classes, the splits, and the codes and messages of what is left. */
export async function readLayout(files: Files, request: Omit<LayoutRequest, 'splitRule'> = {}) {
  const source = sourceOf(files)
  const { images, left, classes, warnings } = await layOut(source, {
    splitRule: defaultSplitRule,
    ...request,
  })
  return {
    classes: classes.map(({ name }) => name),
    labels: Object.fromEntries(images.map(({ file, className }) => [file.path, className])),
    splits: Object.fromEntries(images.map(({ file, split }) => [file.path, split])),
    left: Object.fromEntries(left.map(({ file, error }) => [file.path, error.code])),
    reasons: Object.fromEntries(left.map(({ file, error }) => [file.path, error.message])),
    warnings: warnings.map(({ code }) => code),
  }
}

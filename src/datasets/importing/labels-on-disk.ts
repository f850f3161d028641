import { readFile, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import type { LayoutRequest } from '../../sources/layout.js'

type Layout = Omit<LayoutRequest, 'splitRule'>

/**
 * A layout whose file of labels may lie on the local disk: inside the imported folder, where it becomes a path of the source, or
 * elsewhere, where its content is read. A path that is not there is left to the source.
 */
export async function withLabelsOnDisk(folder: string, layout: Layout): Promise<Layout> {
  const { file, ...labels } = layout.labels ?? {}
  if (file === undefined) return layout
  const [path, around] = await Promise.all([realPathOf(file), realPathOf(folder)])
  if (path === undefined || around === undefined) return layout
  const inside = relative(around, path)
  if (inside !== '' && !inside.startsWith('..')) {
    return { ...layout, labels: { ...labels, file: inside.split(sep).join('/') } }
  }
  return { ...layout, labels: { ...labels, file, content: await readFile(path) } }
}

const realPathOf = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined)

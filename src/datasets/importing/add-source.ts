import { errors } from '../../errors.js'
import { imageName } from '../../sources/image-name.js'
import type { Source } from '../../sources/source.js'
import { isJunk } from '../../sources/well-known-names.js'
import type { Split } from '../../store/enums.js'
import { conflictsOf, type RejectedFileRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { noPlace } from '../datasets.js'
import type { ImageIntake, IncomingImage } from '../image-intake.js'

interface Place {
  readonly classIndex: number
  readonly split: Split
}

export interface AddedSource {
  readonly added: number
  readonly duplicates: number
  readonly rejected: readonly RejectedFileRow[]
}

/** Images that are added in one transaction. */
const imagesPerStep = 256

/**
 * Adds every image of a source to one class and split of a dataset, or without a label, wherever it lies in the source. Files that are not added
 * are named with why. Throws the errors of the source, also if it has no images.
 */
export async function addSource(
  { store, intake }: { readonly store: Store; readonly intake: Pick<ImageIntake, 'store'> },
  source: Source,
  /** Without a class and a split, the images have no label. */
  to: { readonly dataset: string; readonly place: Place | null },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AddedSource> {
  const files = (await source.files()).filter(({ path }) => !isJunk(path))
  const images = files.filter(({ path }) => imageName.test(path))
  const { code, message: reason } = errors.fileNotImported({ reason: 'its name is not that of an image' })
  const rejected: RejectedFileRow[] = files
    .filter(({ path }) => !imageName.test(path))
    .map(({ path }) => ({ file: path, code, reason }))
  if (images.length === 0) throw source.invalid('it has no images')
  const result = { added: 0, duplicates: 0 }
  const readers = source.readers(images)[Symbol.asyncIterator]()
  for (let from = 0; from < images.length; from += imagesPerStep) {
    const step = images.slice(from, from + imagesPerStep)
    async function* incoming(): AsyncGenerator<IncomingImage> {
      for (let i = 0; i < step.length; i++) {
        const next = await readers.next()
        if (next.done) return
        yield { read: next.value, ...(to.place ?? noPlace) }
      }
    }
    await intake.store(incoming(), async (good, bad) => {
      const isBad = new Set(bad.map(({ position }) => position))
      const paths = step.flatMap(({ path }, i) => (isBad.has(i) ? [] : [path]))
      const { added, conflicts } = to.place
        ? await store.datasets.importImages(to.dataset, good)
        : { added: await store.unlabelledImages.add(to.dataset, good), conflicts: [] }
      result.added += added
      result.duplicates += good.length - added - conflicts.length
      rejected.push(
        ...bad.map(({ position, ...why }) => ({ file: step[position]?.path ?? '', ...why })),
        ...conflictsOf(
          good.map((image, i) => ({ ...image, file: paths[i] ?? '' })),
          conflicts,
        ),
      )
    })
    onProgress(Math.min(images.length, from + imagesPerStep), images.length)
  }
  return { ...result, rejected }
}

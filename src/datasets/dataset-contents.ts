import { createHash, type Hash } from 'node:crypto'
import type { ClassRow } from '../store/datasets.js'
import { type ClassCountRow, type ImageList, imagesPerPart, type SplitList } from '../store/image-lists.js'
import type { Store } from '../store/store.js'
import { fingerprintInParts } from '../system/fingerprint.js'
import { createPromiseCache } from '../system/promise-cache.js'
import { stringify, stringifyInParts } from '../system/stringify-in-parts.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { batches } from './batches.js'

/**
 * Hashes of what datasets hold. The database writes the text that is hashed, a few thousand images at a time, and a hash stays
 * cached until images of the dataset are moved, removed or added.
 */
export interface DatasetContents {
  /**
   * The SHA-256, in hexadecimal, of a dataset's content: its classes in order with their prompts, and the split and class of
   * each image, optionally only of the images up to a position. The dataset's name and the order of its images do not count,
   * because no result depends on them. Datasets with the same fingerprint give the same results on any machine.
   */
  fingerprint(datasetId: string, last?: number | null): Promise<string>
  /**
   * `fingerprintOf` several JSON arrays that differ only in their first entries: each is its own entries, and then the images of
   * each list in the order of their positions.
   */
  fingerprintsOf(
    beginnings: readonly (readonly unknown[])[],
    lists: readonly (NumberedList | null)[],
  ): Promise<string[]>
}

/** A list with the class indices of another dataset that has the same classes. */
export interface NumberedList extends ImageList {
  /** The other index of each class; its own by default. */
  readonly indices?: Int32Array | undefined
}

/** The number of hashes that are kept. */
const maxHashes = 1000

export function createDatasetContents({ datasets, imageLists }: Store): DatasetContents {
  const cache = createPromiseCache<readonly string[] | null>(maxHashes)

  /** Computes something of lists that nobody changes meanwhile. */
  async function ofUnchanged(
    lists: readonly ImageList[],
    request: unknown,
    compute: (lists: readonly ImageList[]) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const versionsOf = (some: readonly ImageList[]) => Promise.all(some.map(imageLists.version))
    for (;;) {
      const versions = await versionsOf(lists)
      const bounded = lists.map((list, i) => ({ ...list, last: versions[i]?.last ?? 0 }))
      const key = await fingerprintInParts([request, bounded, versions])
      const found = await cache.get(key, async () => {
        const computed = await compute(bounded)
        return JSON.stringify(await versionsOf(bounded)) === JSON.stringify(versions) ? computed : null
      })
      if (found) return found
    }
  }

  async function hashLists(hashes: readonly Hash[], lists: readonly (NumberedList | null)[]): Promise<void> {
    const update = (text: string) => {
      for (const hash of hashes) hash.update(text)
    }
    const yieldToEventLoop = createYieldToEventLoop()
    for (const list of lists) {
      update(list ? ',[' : ',null')
      if (!list) continue
      for (let after = 0, part = await imageLists.json(list, after); part; ) {
        update(`${after === 0 ? '' : ','}${renumber(part.text, list.indices)}`)
        after = part.last
        await yieldToEventLoop()
        part = await imageLists.json(list, after)
      }
      update(']')
    }
  }

  return {
    async fingerprint(datasetId, last) {
      const rows = await datasets.classes(datasetId)
      const classes: Pick<ClassRow, 'name' | 'prompts'>[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      for (const { name, prompts } of rows) {
        classes.push({ name, prompts })
        await yieldToEventLoop()
      }
      const [fingerprint = ''] = await ofUnchanged([{ datasetId, last }], classes, async ([list]) => {
        const hash = createHash('sha256').update('{"classes":')
        for await (const piece of stringifyInParts(classes)) hash.update(piece)
        hash.update(',"images":[')
        let separator = ''
        for await (const lines of sortedLines(imageLists, { datasetId, last: list?.last })) {
          hash.update(separator + lines)
          separator = ','
        }
        return [hash.update(']}').digest('hex')]
      })
      return fingerprint
    },

    async fingerprintsOf(beginnings, lists) {
      const given = lists.filter((list) => list !== null)
      const request = [beginnings, lists.map((list) => list && [...(list.indices ?? [])])]
      const found = await ofUnchanged(given, request, async (bounded) => {
        const hashes: Hash[] = []
        for (const each of beginnings) {
          const text = await stringify(each)
          hashes.push(createHash('sha256').update(text.slice(0, -1)))
        }
        const remaining = [...bounded]
        await hashLists(
          hashes,
          lists.map((list) => list && { ...list, ...remaining.shift() }),
        )
        return hashes.map((hash) => hash.update(']').digest('hex').slice(0, 32))
      })
      return [...found]
    },
  }
}

/** Image ids are hexadecimal, so the pattern meets class indices alone. */
const renumber = (text: string, indices: Int32Array | undefined): string =>
  indices?.some((index, i) => index !== i)
    ? text.replace(/"classIndex":(\d+)/g, (_, index) => `"classIndex":${indices[Number(index)]}`)
    : text

/**
 * The lines `"SPLIT class image"` of a dataset as JSON strings joined by commas, in parts, in their order as texts: classes of
 * small numbers of images share a statement, and a large class takes several.
 */
async function* sortedLines(imageLists: Store['imageLists'], list: ImageList): AsyncGenerator<string> {
  const yieldToEventLoop = createYieldToEventLoop()
  const groups = await sortedGroups(await imageLists.counts(list))
  const linesOf = (prefix: string, ids: string) => `"${prefix}${ids.replaceAll(',', `","${prefix}`)}"`
  for await (const some of batches(groups, imagesPerPart)) {
    const [{ split, classIndex, images, prefix }] = some
    const ofSplit: SplitList = { ...list, split }
    if (images > imagesPerPart) {
      for (let part = await imageLists.idsOfClass(ofSplit, classIndex, ''); part; ) {
        yield linesOf(prefix, part.text)
        await yieldToEventLoop()
        part = await imageLists.idsOfClass(ofSplit, classIndex, part.last)
      }
    } else {
      const classes = some.map((group) => group.classIndex)
      const ids = await imageLists.idsOfClasses(ofSplit, classes)
      yield some.map((group) => linesOf(group.prefix, ids.get(group.classIndex) ?? '')).join()
      await yieldToEventLoop()
    }
  }
}

interface Group extends ClassCountRow {
  readonly prefix: string
}

/** Texts are sorted by so many characters first, and then those that begin alike: a split and three digits. */
const sortedAtOnce = 'VALIDATION 000'.length

/** Classes of splits in the order of their prefixes as texts. */
async function sortedGroups(counts: readonly ClassCountRow[]): Promise<Group[]> {
  const alike = new Map<string, Group[]>()
  const yieldToEventLoop = createYieldToEventLoop()
  for (const count of counts) {
    const prefix = `${count.split} ${count.classIndex} `
    const beginning = prefix.slice(0, sortedAtOnce)
    const group = { ...count, prefix }
    const known = alike.get(beginning)
    if (known) known.push(group)
    else alike.set(beginning, [group])
    await yieldToEventLoop()
  }
  const sorted: Group[] = []
  for (const [, groups] of [...alike].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const each of groups.sort((a, b) => (a.prefix < b.prefix ? -1 : 1))) sorted.push(each)
    await yieldToEventLoop()
  }
  return sorted
}

import type { DatabaseClient, Transaction } from './database.js'
import { takeTurn } from './turns.js'

/** What the features of a segment are of; see `FeatureAddress`. */
export interface SegmentAddress {
  readonly encoder: string
  readonly space: string
  readonly recipe: string
  /** The kind of processor that made them; empty for features of earlier versions, which did not record it. */
  readonly processor: string
}

export interface SegmentRow extends SegmentAddress {
  /** The SHA-256 of the object, in hexadecimal. */
  readonly id: string
  /** The ids of the images, one a row. */
  readonly images: readonly string[]
  /** The name of the processor, for people. */
  readonly processorModel: string
}

/** Where features lie in an object store. */
export interface FeatureSegmentRepository {
  /** The ids of an address's segments. */
  ids(address: SegmentAddress): Promise<string[]>
  get(id: string): Promise<SegmentRow | null>
  /** All addresses that have segments. */
  addresses(): Promise<SegmentAddress[]>
  /** The kinds of processors of which an address has segments. */
  processors(address: Omit<SegmentAddress, 'processor'>): Promise<string[]>
  add(segment: SegmentRow): Promise<void>
  /** Removes a segment and adds another, or none, in one transaction. */
  replace(id: string, by: SegmentRow | null): Promise<void>
  /** The ids that exist, from any number of ids. */
  known(ids: readonly string[]): Promise<string[]>
}

const hashBytes = 32

export function createFeatureSegmentRepository(client: DatabaseClient): FeatureSegmentRepository {
  return {
    async ids({ encoder, space, recipe, processor }) {
      const rows = await client.featureSegment.findMany({
        where: { encoder, space, recipe, processor },
        select: { id: true },
      })
      return rows.map(({ id }) => id)
    },
    async get(id) {
      const row = await client.featureSegment.findUnique({ where: { id } })
      if (!row) return null
      return { ...pickAddress(row), id, processorModel: row.processorModel, images: idsIn(row.images) }
    },
    addresses: () =>
      client.featureSegment.findMany({
        distinct: ['encoder', 'space', 'recipe', 'processor'],
        select: { encoder: true, space: true, recipe: true, processor: true },
      }),
    async processors({ encoder, space, recipe }) {
      const rows = await client.featureSegment.findMany({
        where: { encoder, space, recipe },
        distinct: ['processor'],
        select: { processor: true },
      })
      return rows.map(({ processor }) => processor)
    },
    add: (segment) => client.$transaction((tx) => add(tx, segment)),
    replace: (id, by) =>
      client.$transaction(async (tx) => {
        await tx.featureSegment.deleteMany({ where: { id } })
        if (by) await add(tx, by)
      }),
    async known(ids) {
      const rows = await client.featureSegment.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true },
      })
      return rows.map(({ id }) => id)
    },
  }
}

/** Adds a segment, unless another process has: the same features, encoded twice, are the same segment. */
async function add(tx: Transaction, segment: SegmentRow): Promise<void> {
  await takeTurn(tx, 'features')
  const known = await tx.featureSegment.count({ where: { id: segment.id } })
  if (known === 0) await tx.featureSegment.create({ data: toRow(segment) })
}

const pickAddress = ({ encoder, space, recipe, processor }: SegmentAddress): SegmentAddress => ({
  ...{ encoder, space, recipe, processor },
})

const toRow = ({ images, ...row }: SegmentRow) => ({
  ...row,
  images: new Uint8Array(Buffer.from(images.join(''), 'hex')),
})

function idsIn(bytes: Uint8Array): string[] {
  const hex = Buffer.from(bytes).toString('hex')
  return Array.from({ length: bytes.length / hashBytes }, (_, i) =>
    hex.slice(2 * i * hashBytes, 2 * (i + 1) * hashBytes),
  )
}

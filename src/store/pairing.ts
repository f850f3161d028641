import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import { writeAtomically } from '../system/write-atomically.js'
import type { DatabaseClient } from './database.js'
import type { ObjectStore } from './objects/object-store.js'
import { longTransaction } from './rows.js'
import { takeTurn } from './turns.js'

/** The file of a data folder, or the object of a bucket, that names its database. */
export const pairingFile = 'database.json'

const pairingSchema = z.object({
  database: z.uuid(),
  /** Whether the database may not have been told yet. */
  pending: z.boolean().optional(),
})

/**
 * Makes sure that a data folder and a database belong together: both hold the same id, which is made when they first meet. With
 * another database every file would look like garbage, and every row would lack its file. Folders and databases from before
 * there were ids are joined, unless the database knows none of the images that the folder has: `strangers` tells some images
 * that it does not know, or none if it knows any. Returns the id. Throws DATABASE_DIFFERS.
 */
export async function pairWithDatabase(
  folder: string,
  client: DatabaseClient,
  strangers: () => Promise<readonly string[]>,
): Promise<string> {
  const [ours, theirs] = [await readPairing(folder), await idOf(client)]
  const refuse = (reason: string) => errors.databaseDiffers({ folder, reason })
  if (theirs !== undefined) {
    if (ours === undefined) throw refuse('the database belongs to another data folder')
    if (ours.database !== theirs) throw refuse('each belongs to another')
    if (ours.pending) await writePairing(folder, { database: theirs })
    return theirs
  }
  if (ours !== undefined && !ours.pending) throw refuse('the folder belongs to another database')
  const [stranger] = await strangers()
  if (stranger !== undefined) {
    throw refuse(`the database knows none of the folder's images, such as ${stranger}`)
  }
  // A kill in between leaves a pending id, which the next start completes.
  const database = ours?.database ?? randomUUID()
  await writePairing(folder, { database, pending: true })
  await addId(client, database)
  await writePairing(folder, { database })
  return database
}

/**
 * As `pairWithDatabase`, for a bucket that several processes open, perhaps for the first time at once. Returns the id that both
 * hold. Throws DATABASE_DIFFERS.
 */
export function pairBucketWithDatabase(
  objects: ObjectStore,
  bucket: string,
  client: DatabaseClient,
): Promise<string> {
  return client.$transaction(async (tx) => {
    await takeTurn(tx, 'images')
    const bytes = await objects.get(pairingFile)
    const ours = bytes && pairingSchema.safeParse(parseJson(bytes.toString())).data?.database
    const theirs = await idOf(tx)
    const refuse = (reason: string) => errors.databaseDiffers({ folder: bucket, reason })
    if (bytes && ours === undefined) throw refuse(`the bucket's ${pairingFile} cannot be read`)
    if (ours === undefined && theirs !== undefined) throw refuse('the database belongs to other images')
    if (ours !== undefined && theirs !== undefined && ours !== theirs) throw refuse('each belongs to another')
    // A kill in between leaves a bucket that knows a new database before it knows itself.
    const database = ours ?? randomUUID()
    if (ours === undefined) await objects.put(pairingFile, Buffer.from(JSON.stringify({ database })))
    if (theirs === undefined) await addId(tx, database)
    return database
  }, longTransaction)
}

const addId = (client: Pick<DatabaseClient, '$executeRawUnsafe'>, id: string): Promise<number> =>
  client.$executeRawUnsafe(`INSERT INTO "_data_folder" ("id") VALUES ('${id}')`)

async function readPairing(folder: string) {
  const file = join(folder, pairingFile)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw errors.storageFailed({ doing: 'reading', what: pairingFile, reason: reasonOf(error) })
  })
  if (text === undefined) return undefined
  try {
    return pairingSchema.parse(JSON.parse(text))
  } catch {
    throw errors.databaseDiffers({ folder, reason: `the folder's ${pairingFile} cannot be read` })
  }
}

const writePairing = (folder: string, pairing: z.infer<typeof pairingSchema>): Promise<void> =>
  writeAtomically(join(folder, pairingFile), JSON.stringify(pairing), pairingFile)

const rowsSchema = z.array(z.object({ id: z.string() }))

async function idOf(
  client: Pick<DatabaseClient, '$executeRawUnsafe' | '$queryRawUnsafe'>,
): Promise<string | undefined> {
  // Like the table of migrations it is no part of the schema.
  await client.$executeRawUnsafe('CREATE TABLE IF NOT EXISTS "_data_folder" ("id" TEXT NOT NULL PRIMARY KEY)')
  const [row] = rowsSchema.parse(await client.$queryRawUnsafe('SELECT "id" FROM "_data_folder"'))
  return row?.id
}

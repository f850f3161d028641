import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

/** The text of all documents that are kept parsed. In memory they are about a hundred times as large. */
const maxKeptText = 250_000

/** Parsed documents that clients send again and again, such as the dashboard's, by key; not many that differ. */
export const createKeptDocuments = (): LRUCache<string, DocumentNode> =>
  new LRUCache({
    maxSize: maxKeptText,
    sizeCalculation: ({ loc }) => (loc?.source.body.length ?? 0) + 1,
  })

import type { Database } from './database.js'

/** A filter of texts that have a text in them, in capitals or not. SQLite makes no difference between them by itself. */
export const containing = (text: string, kind: Database['kind']) => ({
  contains: text,
  ...(kind === 'postgres' && { mode: 'insensitive' as const }),
})

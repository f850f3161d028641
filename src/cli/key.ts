import { Command } from 'commander'
import { createKey } from '../http/access/keys.js'

/** `shotboard key`: creates an API key and prints it. */
export const keyCommand = (): Command =>
  new Command('key')
    .description('Create an API key.')
    .option('--read-only', 'create a key that may run queries and subscriptions, but no mutations')
    .action(({ readOnly }: { readOnly?: boolean }) => {
      const { key, entry } = createKey(readOnly ? 'read' : 'write')
      console.log(`The key. It is not stored and is shown only now:

  ${key}

Its entry for SHOTBOARD_API_KEYS (separate several entries with commas):

  ${entry}

Clients send this header:

  Authorization: Bearer ${key}`)
    })

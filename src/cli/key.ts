import { Command } from 'commander'
import { createKey } from '../http/access/keys.js'

/** `shotboard key`: a new key, shown once. */
export const keyCommand = (): Command =>
  new Command('key')
    .description('Make a key for the API.')
    .option('--read-only', 'a key that may run queries and subscriptions, and no mutations')
    .action(({ readOnly }: { readOnly?: boolean }) => {
      const { key, entry } = createKey(readOnly ? 'read' : 'write')
      console.log(`The key, which is shown this once and kept nowhere:

  ${key}

Its entry for SHOTBOARD_API_KEYS (several are separated by commas):

  ${entry}

Clients send the header

  Authorization: Bearer ${key}`)
    })

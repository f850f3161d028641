// A thread that takes pieces of an eigendecomposition from the thread that makes it.
import { parentPort } from 'node:worker_threads'
import { openPieces } from './eigh-pieces.js'
import { help } from './shared-work.js'

/**
 * What was opened last, of a memory that comes again, with its number.
 * @type {{ number: number, pieces: ReturnType<typeof openPieces> } | undefined}
 */
let kept

parentPort?.on('message', ({ memory, place, number }) => {
  const known = kept && kept.number === number ? kept.pieces : undefined
  const pieces = known ?? openPieces(memory, place)
  kept = number === undefined ? undefined : { number, pieces }
  help(pieces.words, pieces.perform)
})

// A thread that takes pieces of an eigendecomposition from the thread that makes it.
import { parentPort } from 'node:worker_threads'
import { openPieces } from './eigh-pieces.js'
import { help } from './shared-work.js'

parentPort?.on('message', ({ memory, place }) => {
  const { words, perform } = openPieces(memory, place)
  help(words, perform)
})

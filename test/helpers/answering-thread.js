// A thread that answers as its requests say.
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', ({ id, say, wait = 0, fail, end, die }) => {
  if (die !== undefined) throw new Error(die)
  if (end) process.exit(1)
  const answer = fail === undefined ? { id, result: say } : { id, error: fail }
  setTimeout(() => parentPort?.postMessage(answer), wait)
})

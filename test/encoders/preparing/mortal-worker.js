// Does nothing with an image but what its id says.
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', ({ task, preparation: { id } }) => {
  if (id === 'fatal') throw new Error('it dies of fatal')
  if (id === 'exit') process.exit(1)
  if (id === 'well') parentPort?.postMessage({ task })
})

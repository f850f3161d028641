// Does nothing with an image but what its id says.
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', ({ id, preparation: { id: image } }) => {
  if (image === 'fatal') throw new Error('it dies of fatal')
  if (image === 'exit') process.exit(1)
  if (image === 'well') parentPort?.postMessage({ id })
})

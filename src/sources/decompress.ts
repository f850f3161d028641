import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'

const program = new URL('./decompress-worker.js', import.meta.url)

/** Unpacking a piece takes a fraction of a second. A damaged file can hold a decoder for ever. */
const longestPause = 60_000

interface Message {
  readonly bytes?: Uint8Array
  readonly end?: true
  readonly hasMore?: boolean
  readonly reason?: string
}

/**
 * The unpacked bytes of a .bz2 or .xz file, unpacked in a thread of its own, a piece at a time as it is read. The stream fails
 * with an error that says why the file cannot be unpacked. Destroying it ends the thread.
 */
export function decompress(
  path: string,
  packing: 'bzip2' | 'xz',
  {
    pauseAtMost = longestPause,
    onMore = () => {},
  }: {
    readonly pauseAtMost?: number
    /** Called if something else follows what is packed. It is left out. */
    readonly onMore?: () => void
  } = {},
): Readable {
  /** How many pieces the thread may send. */
  const requested = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(program, { execArgv: [], workerData: { path, packing, requested } })
  let timer: NodeJS.Timeout | undefined
  let complete = false

  const stream = new Readable({
    highWaterMark: 1,
    read() {
      Atomics.add(requested, 0, 1)
      Atomics.notify(requested, 0)
      clearTimeout(timer)
      timer = setTimeout(() => stream.destroy(new Error('it takes too long to unpack')), pauseAtMost)
    },
    destroy(error, done) {
      clearTimeout(timer)
      worker.terminate().then(
        () => done(error),
        () => done(error),
      )
    },
  })
  worker.on('message', ({ bytes, end, hasMore, reason }: Message) => {
    clearTimeout(timer)
    if (reason !== undefined) stream.destroy(new Error(reason))
    else if (end) {
      if (hasMore) onMore()
      complete = true
      stream.push(null)
    } else stream.push(bytes)
  })
  worker.on('error', (error) => stream.destroy(error))
  worker.on('exit', () => {
    if (!complete) stream.destroy(new Error('the thread that unpacks it has ended'))
  })
  return stream
}

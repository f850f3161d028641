import { connect } from 'node:net'

/** The answer to bytes that no HTTP client would send. */
export interface RawAnswer {
  readonly status: number
  readonly body: string
}

/** The head of a POST to the endpoint. */
export const headOf = (headers: Readonly<Record<string, string | number>>): string =>
  ['POST /graphql HTTP/1.1', 'Host: localhost', ...Object.entries(headers).map((each) => each.join(': '))]
    .map((line) => `${line}\r\n`)
    .join('')
    .concat('\r\n')

/** Sends bytes and returns the answer as soon as it is there, whether or not the server expects more bytes. */
export function sendRaw(url: string, ...bytes: readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = open(url, bytes)
    socket.on('data', (data) => {
      text += data
      const [head = '', body = ''] = text.split('\r\n\r\n')
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN)
      if (!(Buffer.byteLength(body) >= length)) return
      socket.destroy()
      resolve({ status: Number(text.split(' ')[1]), body })
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`closed without an answer: ${text}`)))
  })
}

/** Sends bytes and hangs up after some milliseconds. */
export function hangUp(url: string, afterMs: number, ...bytes: readonly (string | Buffer)[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = open(url, bytes)
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.once('connect', () => setTimeout(() => socket.destroy(), afterMs))
  })
}

function open(url: string, bytes: readonly (string | Buffer)[]) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  for (const each of bytes) socket.write(each)
  return socket
}

/** How much of a request with files has been sent. */
export interface UploadProgress {
  /** Bytes that have been sent. */
  readonly sent: number
  /** Bytes of the whole request. */
  readonly total: number
}

/** What this needs of the browser's class; the client is compiled without the types of browsers. */
declare const XMLHttpRequest: new () => {
  responseType: string
  readonly response: Blob
  readonly status: number
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null }
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  send(body: FormData): void
  abort(): void
}

type OnProgress = (progress: UploadProgress) => void

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: FormData
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends a form as a POST and tells how much of it has been sent. Files are read while they are sent. A browser tells it by
 * XMLHttpRequest alone; elsewhere the body is a stream whose parts are counted. Rejects as `fetch` does.
 */
export const sendWithProgress = (url: string, request: Sent, onProgress: OnProgress): Promise<Response> =>
  'XMLHttpRequest' in globalThis
    ? sendByBrowser(url, request, onProgress)
    : sendStream(url, request, onProgress)

function sendByBrowser(
  url: string,
  { headers, body, signal }: Sent,
  onProgress: OnProgress,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.responseType = 'blob'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => onProgress({ sent: loaded, total })
    request.onload = () => resolve(new Response(request.response, { status: request.status }))
    request.onerror = () => reject(new TypeError('The request failed.'))
    request.onabort = () => reject(signal?.reason ?? new TypeError('The request was stopped.'))
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
}

async function sendStream(
  url: string,
  { headers, body, signal }: Sent,
  onProgress: OnProgress,
): Promise<Response> {
  const total = await lengthOf(body)
  const encoded = new Response(body)
  let sent = 0
  const counted = encoded.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, stream) {
        sent += part.length
        onProgress({ sent, total })
        stream.enqueue(part)
      },
    }),
  )
  const request = {
    ...{ method: 'POST', body: counted ?? null, signal: signal ?? null, duplex: 'half' as const },
    headers: {
      ...headers,
      'content-type': encoded.headers.get('content-type') ?? 'multipart/form-data',
      // The service wants to know it, and a stream does not.
      'content-length': String(total),
    },
  }
  return fetch(url, request)
}

/** The bytes of a form: those of its files, and those of the same form with empty files. */
async function lengthOf(form: FormData): Promise<number> {
  const empty = new FormData()
  let files = 0
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') empty.append(name, value)
    else {
      files += value.size
      empty.append(name, new Blob([], { type: value.type }), value.name)
    }
  }
  return files + (await new Response(empty).arrayBuffer()).byteLength
}

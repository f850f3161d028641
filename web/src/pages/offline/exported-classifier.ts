import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { decode } from './decode'
import { readTar } from './read-tar'
import { type PreprocessorConfig, toPixels } from './to-pixels'

/** What the classifier says of an image, most probable class first. */
export interface OfflineAnswer {
  readonly classes: readonly { readonly name: string; readonly probability: number; readonly logit: number }[]
}

/** An exported classifier that runs in this browser. */
export interface ExportedClassifier {
  /** Throws if the file is no image that the browser can decode. */
  classify(file: Blob): Promise<OfflineAnswer>
}

// More threads need headers that other pages of the service do not have.
env.wasm.numThreads = 1

/** Downloads a classifier's export and starts its model. `onBytes` receives the number of bytes so far. */
export async function openExported(
  url: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ExportedClassifier> {
  const files = readTar(await download(url, onBytes, signal))
  const file = (name: string) => {
    const found = files.get(name)
    if (!found) throw new Error(`The export has no ${name}.`)
    return found
  }
  const parsed = (name: string): unknown => JSON.parse(new TextDecoder().decode(file(name)))
  const labels = parsed('labels.json') as readonly string[]
  const config = parsed('preprocessor_config.json') as PreprocessorConfig
  const session = await InferenceSession.create(file('model.onnx'), { executionProviders: ['wasm'] })
  const { width, height } = config.crop_size
  return {
    async classify(image) {
      const pixels = toPixels(await decode(image), config)
      const feeds = { pixel_values: new Tensor('float32', pixels, [1, 3, height, width]) }
      const { probabilities, logits } = await session.run(feeds)
      const of = (tensor: Tensor | undefined, i: number) => Number(tensor?.data[i])
      return {
        classes: labels
          .map((name, i) => ({ name, probability: of(probabilities, i), logit: of(logits, i) }))
          .sort((a, b) => b.probability - a.probability),
      }
    },
  }
}

async function download(
  url: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal })
  if (!response.ok || !response.body) throw new Error(await reasonOf(response))
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const reader = response.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    bytes += part.value.length
    onBytes(bytes)
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The service answers with errors as JSON. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const { errors } = (await response.json()) as { errors: readonly { message: string }[] }
    return errors.map(({ message }) => message).join(' ')
  } catch {
    return `The service answered with status ${response.status}.`
  }
}

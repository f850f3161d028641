import type { Preprocessing } from '../images/preprocess.js'

/** How texts become token ids. */
export interface Tokenization {
  /** The path of tokenizer.json, relative to the folder. */
  readonly tokenizer: string
  /** The largest number of tokens of a text. */
  readonly contextLength: number
  readonly padToken: number
  readonly endOfTextToken: number
  /** Pads texts to the longest of a batch, or to the whole context, as SigLIP was trained. */
  readonly padding: 'longest' | 'context'
  /** How texts are cleaned before tokenization: not at all, or as the code of open_clip or SigLIP does. */
  readonly cleaning: Cleaning
}
export type Cleaning = 'none' | 'siglip' | 'lower' | 'whitespace' | 'canonicalize'

interface TowerPorts {
  readonly input: string
  /** Possible names of its output. The first that the graph has is used. */
  readonly outputs: readonly string[]
}

/** A tower's ONNX graph in a model folder. */
export interface LocalTower extends TowerPorts {
  /** Relative to the folder. */
  readonly file: string
}

/** A tower that a server runs. Its graph is not here. */
export interface RemoteTower extends TowerPorts {
  readonly endpoint: Endpoint
}

export type TowerGraph = LocalTower | RemoteTower

/** A model on a server that speaks the Open Inference Protocol v2, such as Triton or KServe. */
export interface Endpoint {
  /** The server, without `/v2`. */
  readonly url: string
  readonly model: string
  /** Features are stored under it, so other weights must have another version. */
  readonly version: string
  /** The most images or texts of a request. */
  readonly maxBatch: number
  /** How many requests are sent at the same time. */
  readonly requestsAtOnce: number
}

/** A description of an encoder, the same for all layouts of model folders. */
export interface Manifest extends Preprocessing, Tokenization {
  readonly id: string
  readonly name: string
  /** d, the length of a feature. */
  readonly dimensions: number
  /** The factor from cosine similarities of images and texts to logits. */
  readonly logitScale: number
  /**
   * Added to a logit before the sigmoid, for an encoder trained with one (SigLIP); null for one trained with a softmax. It
   * does not change a softmax over classes, since it is the same for all of them.
   */
  readonly logitBias: number | null
  readonly precision: Precision
  /** `scaleInput` is the input for the adapters' scale, in a graph with adapters. */
  readonly vision: TowerGraph & { readonly scaleInput?: string | undefined }
  readonly text: TowerGraph
  /** The adapters of the space `imo`: in a file, to be attached to the graph, or part of the graph; null without any. */
  readonly adapter: { readonly file: string } | { readonly scale: number } | null
}

export const precisions = ['fp32', 'fp16', 'q8'] as const
export type Precision = (typeof precisions)[number]

/** A model folder that has been read. All files that its manifest names exist. */
export interface ModelFolder {
  readonly folder: string
  /** The folder for copies of its files while they are opened. It is made when it is needed. */
  readonly copies: string
  readonly manifest: Manifest
  /** Changes with everything that decides the features. Features are stored under it. */
  readonly fingerprint: string
  /** The SHA-256 of each file, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

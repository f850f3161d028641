import type { Preprocessing } from '../images/preprocess.js'

/** How texts become token ids. */
export interface Tokenization {
  /** The tokenizer.json, relative to the folder. */
  readonly tokenizer: string
  readonly contextLength: number
  readonly padToken: number
  readonly endOfTextToken: number
  /** Whether every text is padded to the whole context, as SigLIP was trained, or to the longest of a batch. */
  readonly padding: 'longest' | 'context'
  /** What is done to a text before the tokenizer sees it: nothing, or what open_clip or SigLIP's code does. */
  readonly cleaning: Cleaning
}
export type Cleaning = 'none' | 'siglip' | 'lower' | 'whitespace' | 'canonicalize'

/** An ONNX graph of a model folder: of the names given, the first that the graph has is its output. */
export interface Tower {
  readonly file: string
  readonly input: string
  readonly outputs: readonly string[]
}

/** All that Shotboard needs to know of an encoder, whichever layout its folder has. */
export interface Manifest extends Preprocessing, Tokenization {
  readonly id: string
  readonly name: string
  /** d: the length of a feature. */
  readonly dimensions: number
  /** What cosine similarities of images and texts are multiplied by to become logits. */
  readonly logitScale: number
  /**
   * What is added to a logit before a sigmoid, for an encoder trained with one (SigLIP); null for one trained with a
   * softmax. Where classes compete in a softmax it makes no difference: it is the same for all of them.
   */
  readonly logitBias: number | null
  readonly precision: Precision
  /** A graph made with adapters in it takes their scale by `scaleInput`. */
  readonly vision: Tower & { readonly scaleInput?: string | undefined }
  readonly text: Tower
  /** Where the space `imo` comes from: a file to be attached to the graph, or adapters that are part of it. */
  readonly adapter: { readonly file: string } | { readonly scale: number } | null
}

export const precisions = ['fp32', 'fp16', 'q8'] as const
export type Precision = (typeof precisions)[number]

/** A model folder whose manifest has been read and whose files have been found. */
export interface ModelFolder {
  readonly folder: string
  readonly manifest: Manifest
  /** Changes whenever the manifest or a model file does: features are stored under it. */
  readonly fingerprint: string
  /** The SHA-256 of every file, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

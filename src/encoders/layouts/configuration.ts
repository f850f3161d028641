import type { Manifest } from '../manifest.js'

/** The contents of a model's configuration files, the same for all libraries that write such files. */
export type Configuration = Omit<
  Manifest,
  'id' | 'name' | 'logitScale' | 'logitBias' | 'precision' | 'vision' | 'text' | 'adapter'
> & {
  /** The bytes of the files that were read, by name. */
  readonly read: Readonly<Record<string, Uint8Array>>
  /** The loss that the model was trained with. */
  readonly objective: 'softmax' | 'sigmoid'
  /** Possible names of the graphs' outputs. */
  readonly outputs: { readonly vision: readonly string[]; readonly text: readonly string[] }
}

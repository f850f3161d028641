import type { Manifest } from '../manifest.js'

/** What the configuration files of a model say of it, whichever library wrote them. */
export type Configuration = Omit<
  Manifest,
  'id' | 'name' | 'logitScale' | 'logitBias' | 'precision' | 'vision' | 'text' | 'adapter'
> & {
  /** The files that it was read from. */
  readonly read: Readonly<Record<string, Uint8Array>>
  readonly objective: 'softmax' | 'sigmoid'
  readonly outputs: { readonly vision: readonly string[]; readonly text: readonly string[] }
}

import type { AddedAdapter, AddedAdapters } from './adapters/added-adapters.js'
import type { ModelFolder } from './manifest.js'

/**
 * The id of a feature space that an encoder computes itself: `clip` without adapters, `imo` with its adapters in use, or
 * `imo:NAME` with an added adapter.
 */
export type EncoderSpace = string

/**
 * In place of a space, asks for the features of each image's patches in `clip`, a row an image, one after the other. Not every
 * encoder gives them.
 */
export const patchSpace: EncoderSpace = 'patches'

/** The id of the space of an added adapter. */
export const addedAdapterSpace = (name: string): EncoderSpace => `imo:${name}`

/** The added adapter that is the space `imo`; undefined if that is the model's own adapter, or none. */
export const usedAdapter = ({ adapters, used }: AddedAdapters): AddedAdapter | undefined =>
  adapters.find(({ name }) => name === used)

/** The spaces that a model has with these added adapters. */
export const spacesOf = ({ manifest }: ModelFolder, added: AddedAdapters): readonly EncoderSpace[] => [
  'clip',
  ...(manifest.adapter || usedAdapter(added) ? ['imo'] : []),
  ...added.adapters.map(({ name }) => addedAdapterSpace(name)),
]

/** The SHA-256 of the file that holds each space's adapters. The space `clip` has none. */
export function adapterHashes(
  { manifest: { adapter, vision }, files }: ModelFolder,
  added: AddedAdapters,
): Readonly<Record<EncoderSpace, string>> {
  const graph = 'file' in vision ? vision.file : ''
  const ownHash = adapter && files['file' in adapter ? adapter.file : graph]
  const used = usedAdapter(added)
  return {
    ...(ownHash && { imo: ownHash }),
    ...Object.fromEntries(added.adapters.map(({ name, sha256 }) => [addedAdapterSpace(name), sha256])),
    ...(used && { imo: used.sha256 }),
  }
}

/** Identifies the features of a space: it changes with the model's files and with the space's added adapter. */
export function spaceFingerprint(model: ModelFolder, added: AddedAdapters, space: EncoderSpace): string {
  const isModelsOwn =
    space === 'clip' || space === patchSpace || (space === 'imo' && usedAdapter(added) === undefined)
  if (isModelsOwn) return model.fingerprint
  return `${model.fingerprint}-${adapterHashes(model, added)[space]?.slice(0, 16)}`
}

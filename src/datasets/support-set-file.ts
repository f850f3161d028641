import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { Store } from '../store/store.js'
import { formatSafetensors, type NamedTensor } from '../tensor/safetensors.js'
import { versions } from '../version.js'
import type { EncodedData } from './encoded-data.js'

/**
 * An encoded support set as a safetensors file that `shotboard evaluate` reads. Its tensors, for K shots, are
 * `support_K_features` [S, d], `support_K_labels` [S], `text_features` [C, d], `prompt_features` [P, d], `prompt_labels` [P],
 * and `imo_support_K_features` [S, d] if the encoder has `imo`. Its metadata name the images, the classes and the encoder. Throws UNKNOWN_SUPPORT_SET or
 * UNKNOWN_ENCODER.
 */
export async function supportSetFile(
  { store, encoders, encodedData }: { store: Store; encoders: Encoders; encodedData: EncodedData },
  id: string,
): Promise<Uint8Array> {
  const row = await store.supportSets.get(id)
  if (!row) throw errors.unknownSupportSet({ id }, 'id')
  const encoder = encoders.get(row.encoder)
  const spaces = ['clip', 'imo'].filter((space) => encoder.spaces.includes(space))
  const { features, labels, textClassifier, prompts } = await encodedData.support(row, encoder, spaces)
  const images = await store.supportSets.images(id)
  const classes = await encodedData.classes(row.datasetId)
  const tensors = new Map<string, NamedTensor>()
  for (const space of spaces) {
    const matrix = features[space]
    if (!matrix) continue
    const name = `${space === 'imo' ? 'imo_' : ''}support_${row.shots}_features`
    tensors.set(name, { type: 'float32', shape: [matrix.rows, matrix.columns], data: matrix.data })
  }
  tensors.set(`support_${row.shots}_labels`, { type: 'int32', shape: [labels.length], data: labels })
  if (textClassifier) {
    const { rows, columns, data } = textClassifier
    tensors.set('text_features', { type: 'float32', shape: [rows, columns], data })
  }
  if (prompts) {
    const { features, labels } = await prompts()
    const shape = [features.rows, features.columns]
    tensors.set('prompt_features', { type: 'float32', shape, data: features.data })
    tensors.set('prompt_labels', { type: 'int32', shape: [labels.length], data: labels })
  }
  const { shots, drawing, seed, augmentations } = row
  const metadata = {
    format: 'shotboard-support-set',
    supportSet: JSON.stringify({ id, shots, drawing, seed, augmentations }),
    encoder: JSON.stringify({ id: encoder.id, files: encoder.files, adapters: encoder.adapters }),
    classes: JSON.stringify(classes.map(({ name, prompts }) => ({ name, prompts }))),
    images: JSON.stringify(images.map(({ imageId }) => imageId)),
    versions: JSON.stringify(versions),
  }
  return formatSafetensors({ tensors, metadata })
}

import { defineSpace } from './contract.js'

/**
 * Image features with lightweight bottleneck adapters switched on inside the encoder, trained once on generic images to
 * reduce intra-modal overlap (arXiv 2409.11338).
 */
export const imo = () =>
  defineSpace({
    id: 'imo',
    name: 'Adapted (IMO)',
    summary:
      'Image features with bottleneck adapters switched on inside the encoder, trained once on generic images to reduce the overlap between classes.',
    base: 'imo',
    trained: true,
  })

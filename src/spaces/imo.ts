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
    formula: String.raw`x \leftarrow x + \mathrm{MLP}(\mathrm{LN}(x)) + s\left(W_\uparrow\,\mathrm{relu}(W_\downarrow x + b_\downarrow) + b_\uparrow\right)`,
    paper: {
      title: 'CLIP Adaptation by Intra-Modal Overlap Reduction',
      url: 'https://arxiv.org/abs/2409.11338',
    },
    marker: 'square',
    dash: 'dashed',
    base: 'imo',
    trained: true,
  })

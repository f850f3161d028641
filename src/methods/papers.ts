import type { Paper } from './contract.js'

/** The papers that the methods come from. */
export const papers = {
  clip: {
    title: 'Learning Transferable Visual Models From Natural Language Supervision',
    url: 'https://arxiv.org/abs/2103.00020',
  },
  tipAdapter: {
    title: 'Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification',
    url: 'https://arxiv.org/abs/2207.09519',
  },
  susX: {
    title: 'SuS-X: Training-Free Name-Only Transfer of Vision-Language Models',
    url: 'https://arxiv.org/abs/2211.16198',
  },
  overlap: {
    title: 'CLIP Adaptation by Intra-Modal Overlap Reduction',
    url: 'https://arxiv.org/abs/2409.11338',
  },
  prototypes: {
    title: 'Prototypical Networks for Few-shot Learning',
    url: 'https://arxiv.org/abs/1703.05175',
  },
  gda: {
    title: 'A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation',
    url: 'https://arxiv.org/abs/2402.04087',
  },
} satisfies Record<string, Paper>

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
  neighbours: {
    title: 'Nearest Neighbor Pattern Classification',
    url: 'https://doi.org/10.1109/TIT.1967.1053964',
  },
  ledoitWolf: {
    title: 'A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices',
    url: 'https://doi.org/10.1016/S0047-259X(03)00096-4',
  },
  ridge: {
    title: 'Ridge Regression: Biased Estimation for Nonorthogonal Problems',
    url: 'https://doi.org/10.1080/00401706.1970.10488634',
  },
  transclip: {
    title: 'Boosting Vision-Language Models with Transduction',
    url: 'https://arxiv.org/abs/2406.01837',
  },
  timo: {
    title:
      'Text and Image Are Mutually Beneficial: Enhancing Training-Free Few-Shot Classification with CLIP',
    url: 'https://arxiv.org/abs/2412.11375',
  },
  ape: {
    title: 'Not All Features Matter: Enhancing Few-shot CLIP with Adaptive Prior Refinement',
    url: 'https://arxiv.org/abs/2304.01195',
  },
  proker: {
    title: 'ProKeR: A Kernel Perspective on Few-Shot Adaptation of Large Vision-Language Models',
    url: 'https://arxiv.org/abs/2501.11175',
  },
} satisfies Record<string, Paper>

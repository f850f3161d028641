import type { PredictionPair } from './prediction-pair.js'

/** Which of two methods is right when they predict different classes. */
export type DisagreementKind = 'METHOD_RIGHT' | 'BASELINE_RIGHT' | 'BOTH_WRONG'

export interface DisagreementAt {
  /** The index among the test images, from 0. */
  readonly position: number
  readonly kind: DisagreementKind
}

/** The test images for which two methods predict different classes, in test order. */
export function disagreementsOf({ labels, predicted, baseline }: PredictionPair): DisagreementAt[] {
  const found: DisagreementAt[] = []
  for (const [position, label] of labels.entries()) {
    if (predicted[position] === baseline[position]) continue
    const kind =
      predicted[position] === label
        ? 'METHOD_RIGHT'
        : baseline[position] === label
          ? 'BASELINE_RIGHT'
          : 'BOTH_WRONG'
    found.push({ position, kind })
  }
  return found
}

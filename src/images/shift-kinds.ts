/** Kinds of image corruption, for measuring robustness. */
export const shiftKinds = ['blur', 'noise', 'contrast', 'resolution'] as const
export type ShiftKind = (typeof shiftKinds)[number]

/** From the weakest to the strongest. */
export const shiftStrengths = [1, 2, 3] as const
export type ShiftStrength = (typeof shiftStrengths)[number]

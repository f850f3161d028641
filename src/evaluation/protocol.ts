/**
 * What hyperparameters are chosen on: a validation split, the support set with each image's own key left out, or nothing
 * (the defaults). Never the test split.
 */
export const selections = ['VALIDATION', 'LEAVE_ONE_OUT', 'NONE'] as const
export type Selection = (typeof selections)[number]

/**
 * Where a term's ranges come from: frozen with the fitted method, so that one image has the same logits alone and in any
 * batch, or taken over the whole evaluated batch, as published code does, for comparison with papers.
 */
export const klScalings = ['FROZEN', 'BATCH'] as const
export type KlScaling = (typeof klScalings)[number]

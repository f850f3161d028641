/**
 * How hyperparameters are selected: on a validation split, on the support set, leaving out one image of every class at a time, or not at
 * all (the defaults). Never on the test split.
 */
export const selections = ['VALIDATION', 'LEAVE_ONE_OUT', 'NONE'] as const
export type Selection = (typeof selections)[number]

/**
 * How a grid is searched. EXACT: every point on all images. HALVING: successive halving of the combinations of shapes, which
 * takes a part of the time and may miss the best point.
 */
export const searches = ['EXACT', 'HALVING'] as const
export type Search = (typeof searches)[number]

/**
 * How a term's ranges are computed. FROZEN: with the fitted method, so an image has the same logits alone and in any
 * batch. BATCH: over the whole evaluated batch, like the published code, to compare with papers.
 */
export const klScalings = ['FROZEN', 'BATCH'] as const
export type KlScaling = (typeof klScalings)[number]

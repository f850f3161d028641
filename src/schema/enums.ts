import { registerEnumType } from 'type-graphql'
import {
  JobStatus,
  type DisagreementKind as Kind,
  KlScaling,
  type ComparisonOrder as OrderOfComparisons,
  type RunOrder as OrderOfRuns,
  type Direction as PageDirection,
  Selection,
  Split,
  type Confidence as Sureness,
} from '../library/index.js'
import { type MeasureOrder, measureNames, measures } from '../measures.js'

/** Whether a hyperparameter multiplies a term or shapes it. */
export const HyperparameterKind = { WEIGHT: 'WEIGHT', SHAPE: 'SHAPE' } as const

registerEnumType(HyperparameterKind, {
  name: 'HyperparameterKind',
  description: 'A weight multiplies a term; a shape is what a term depends on otherwise.',
})
registerEnumType(Split, {
  name: 'Split',
  description:
    'Support sets are drawn from the support pool; hyperparameters may be selected on validation images; accuracies are measured on test images, which nothing else sees.',
})
registerEnumType(Selection, {
  name: 'Selection',
  description:
    "What hyperparameters are chosen on: the validation split, the support set with each image's own key left out, or nothing (the defaults). Never the test split.",
})
registerEnumType(KlScaling, {
  name: 'KlScaling',
  description:
    'FROZEN fits the ranges that terms scale by once, so that one image has the same logits alone and in any batch. BATCH takes them over all test images, as published code does.',
})
registerEnumType(JobStatus, { name: 'JobStatus' })

export const Direction = { ASCENDING: 'ASCENDING', DESCENDING: 'DESCENDING' } as const satisfies {
  [K in PageDirection]: K
}
export type Direction = PageDirection

registerEnumType(Direction, { name: 'Direction' })

/** What runs can be ordered by. */
export const RunOrder = {
  CREATED: 'CREATED',
  FINISHED: 'FINISHED',
  SHOTS: 'SHOTS',
  ...(Object.fromEntries(measureNames.map((name) => [measures[name].order, measures[name].order])) as {
    [K in MeasureOrder]: K
  }),
} as const satisfies { [K in OrderOfRuns]: K }
export type RunOrder = OrderOfRuns

registerEnumType(RunOrder, {
  name: 'RunOrder',
  description: 'Runs that have no such value yet come last.',
})

/** What comparisons can be ordered by. */
export const ComparisonOrder = { CREATED: 'CREATED', FINISHED: 'FINISHED' } as const satisfies {
  [K in OrderOfComparisons]: K
}
export type ComparisonOrder = OrderOfComparisons

registerEnumType(ComparisonOrder, {
  name: 'ComparisonOrder',
  description: 'Comparisons that have not ended come last where they are ordered by when they did.',
})

/** Who is right where two methods take an image for different classes. */
export const DisagreementKind = {
  METHOD_RIGHT: 'METHOD_RIGHT',
  BASELINE_RIGHT: 'BASELINE_RIGHT',
  BOTH_WRONG: 'BOTH_WRONG',
} as const satisfies { [K in Kind]: K }
export type DisagreementKind = Kind

registerEnumType(DisagreementKind, {
  name: 'DisagreementKind',
  description: 'Who is right where two methods take an image for different classes.',
})

/** How sure it is that one method is better than another. */
export const Confidence = { CLEAR: 'CLEAR', LIKELY: 'LIKELY', TIE: 'TIE' } as const satisfies {
  [K in Sureness]: K
}
export type Confidence = Sureness

registerEnumType(Confidence, {
  name: 'Confidence',
  description: 'How sure it is that one method is better than another.',
  valuesConfig: {
    CLEAR: {
      description:
        'Better on more test images than chance would explain, and with every support set of at least three.',
    },
    LIKELY: {
      description:
        'Better on more test images than chance would explain, but not with every support set, or with fewer than three.',
    },
    TIE: { description: 'They cannot be told apart.' },
  },
})

export { JobStatus, KlScaling, Selection, Split }

import { registerEnumType } from 'type-graphql'
import {
  type ClassFrom,
  changeKinds,
  Drawing,
  JobStatus,
  type DisagreementKind as Kind,
  KlScaling,
  type Need,
  type ComparisonOrder as OrderOfComparisons,
  type RunOrder as OrderOfRuns,
  type Direction as PageDirection,
  type ProblemKind,
  Selection,
  Split,
  type Confidence as Sureness,
} from '../library/index.js'
import { type MeasureName, type MeasureOrder, measureNames, measures } from '../measures.js'

/** The role of a hyperparameter. */
export const HyperparameterKind = { WEIGHT: 'WEIGHT', SHAPE: 'SHAPE' } as const

/** What a method may need, by its name in the contract. */
export const methodNeeds = {
  prompts: 'PROMPTS',
  'projected-texts': 'PROJECTED_TEXTS',
} as const satisfies Readonly<Record<Need, string>>
export const MethodNeed = { PROMPTS: 'PROMPTS', PROJECTED_TEXTS: 'PROJECTED_TEXTS' } as const

registerEnumType(MethodNeed, {
  name: 'MethodNeed',
  description: 'What a method may need besides images and one text feature for each class.',
  valuesConfig: {
    PROMPTS: { description: 'The text features of every prompt.' },
    PROJECTED_TEXTS: { description: 'A feature space that texts can be projected to, such as `clip`.' },
  },
})
registerEnumType(HyperparameterKind, {
  name: 'HyperparameterKind',
  description: 'WEIGHT: a factor of a term. SHAPE: any other parameter of a term.',
})
registerEnumType(Split, {
  name: 'Split',
  description:
    'SUPPORT_POOL: support sets are drawn from it. VALIDATION: hyperparameters may be selected on it. TEST: accuracy is measured on it, and nothing else uses it.',
})
export const ClassFolder = { TOP: 'TOP', PARENT: 'PARENT' } as const satisfies { [K in ClassFrom]: K }
export type ClassFolder = ClassFrom
registerEnumType(ClassFolder, {
  name: 'ClassFolder',
  description:
    'The folder that names the class of an image. TOP: the one below the split, or below the root. PARENT: the one nearest to the image.',
})
registerEnumType(Drawing, {
  name: 'Drawing',
  description: 'How many images of each class a support set takes.',
  valuesConfig: {
    EXACT: { description: '`shots` images of every class. A class with fewer fails with NOT_ENOUGH_IMAGES.' },
    AT_MOST: {
      description:
        '`shots` images of a class, or all of a class with fewer. Classes with enough have the same images as with EXACT.',
    },
    ALL: {
      description:
        "Every image of the support pool. `shots` is left out, and results have the largest class's number of images in its place.",
    },
    LISTED: {
      description:
        "The images of a list, all of the support pool and at least one of every class. `shots` is left out, and results have the largest class's number of images in its place. There is one support set, so give one seed.",
    },
  },
})
registerEnumType(Selection, {
  name: 'Selection',
  description:
    'How hyperparameters are selected. VALIDATION: on the validation split. LEAVE_ONE_OUT: on the support set, leaving out one image of every class at a time. NONE: the defaults. Never on the test split.',
})
registerEnumType(KlScaling, {
  name: 'KlScaling',
  description:
    'How the ranges that scale the KL term are computed. FROZEN: once, so an image has the same logits alone and in any batch. BATCH: over all test images, as the published code does.',
})
registerEnumType(JobStatus, { name: 'JobStatus' })

export const Direction = { ASCENDING: 'ASCENDING', DESCENDING: 'DESCENDING' } as const satisfies {
  [K in PageDirection]: K
}
export type Direction = PageDirection

registerEnumType(Direction, { name: 'Direction' })

/** Orders of runs. */
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
  description: 'Runs without a value come last.',
})

/** Orders of comparisons. */
export const ComparisonOrder = { CREATED: 'CREATED', FINISHED: 'FINISHED' } as const satisfies {
  [K in OrderOfComparisons]: K
}
export type ComparisonOrder = OrderOfComparisons

registerEnumType(ComparisonOrder, {
  name: 'ComparisonOrder',
  description: 'With FINISHED, comparisons that have not ended come last.',
})

/** Which of two methods is right when they predict different classes. */
export const DisagreementKind = {
  METHOD_RIGHT: 'METHOD_RIGHT',
  BASELINE_RIGHT: 'BASELINE_RIGHT',
  BOTH_WRONG: 'BOTH_WRONG',
} as const satisfies { [K in Kind]: K }
export type DisagreementKind = Kind

registerEnumType(DisagreementKind, {
  name: 'DisagreementKind',
  description: 'Which of two methods is right when they predict different classes.',
})

/** What is wrong with a dataset. */
export const DatasetChangeKind = Object.fromEntries(changeKinds.map((kind) => [kind, kind]))

registerEnumType(DatasetChangeKind, {
  name: 'DatasetChangeKind',
  description: 'What a change did to a dataset.',
})

export const DatasetProblemKind = {
  LABEL_CONFLICT: 'LABEL_CONFLICT',
  CLASS_WITHOUT_IMAGES: 'CLASS_WITHOUT_IMAGES',
  CLASS_OF_ONE_IMAGE: 'CLASS_OF_ONE_IMAGE',
  SIMILAR_CLASS_NAMES: 'SIMILAR_CLASS_NAMES',
} as const satisfies { [K in ProblemKind]: K }

registerEnumType(DatasetProblemKind, {
  name: 'DatasetProblemKind',
  valuesConfig: {
    LABEL_CONFLICT: {
      description:
        'The same image came under two classes. `moveImages` with either class settles it, and so does `mergeClasses`.',
    },
    SIMILAR_CLASS_NAMES: { description: 'Names of classes differ only by case.' },
  },
})

/** How certain it is that one method is better than another. */
export const Confidence = { CLEAR: 'CLEAR', LIKELY: 'LIKELY', TIE: 'TIE' } as const satisfies {
  [K in Sureness]: K
}
export type Confidence = Sureness

registerEnumType(Confidence, {
  name: 'Confidence',
  description: 'How certain it is that one method is better than another.',
  valuesConfig: {
    CLEAR: {
      description:
        'Significantly better over the test images, and better with every one of at least three support sets.',
    },
    LIKELY: {
      description:
        'Significantly better over the test images, but not with every support set, or with fewer than three.',
    },
    TIE: { description: 'No significant difference.' },
  },
})

export { Drawing, JobStatus, KlScaling, Selection, Split }

/** The measures by their names in GraphQL. */
export const Measure: Readonly<Record<string, MeasureName>> = Object.fromEntries(
  measureNames.map((name) => [measures[name].order, name]),
)

registerEnumType(Measure, { name: 'Measure', description: 'A measure of a run on its test images.' })

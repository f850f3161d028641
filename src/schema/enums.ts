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
  type DatasetOrder as OrderOfDatasets,
  type PredictionOrder as OrderOfPredictions,
  type RunOrder as OrderOfRuns,
  type PredictionOutcome as Outcome,
  type Direction as PageDirection,
  type ProblemKind,
  Search,
  Selection,
  Split,
  type SuggestionStrategy as Strategy,
  type Confidence as Sureness,
} from '../library/index.js'
import { type MeasureName, type MeasureOrder, measureNames, measures } from '../measures.js'

/** The role of a hyperparameter. */
export const HyperparameterKind = { WEIGHT: 'WEIGHT', SHAPE: 'SHAPE' } as const

/** What a method may need, by its name in the contract. */
export const methodNeeds = {
  prompts: 'PROMPTS',
  'projected-texts': 'PROJECTED_TEXTS',
  patches: 'PATCHES',
} as const satisfies Readonly<Record<Need, string>>
export const MethodNeed = {
  PROMPTS: 'PROMPTS',
  PROJECTED_TEXTS: 'PROJECTED_TEXTS',
  PATCHES: 'PATCHES',
} as const

registerEnumType(MethodNeed, {
  name: 'MethodNeed',
  description: 'What a method may need besides images and one text feature for each class.',
  valuesConfig: {
    PROMPTS: { description: 'The text features of every prompt.' },
    PATCHES: {
      description:
        "The features of an image's patches. Of an encoder whose graph gives them, or from a file with `shotboard evaluate`.",
    },
    PROJECTED_TEXTS: { description: 'A feature space that texts can be projected to, such as `clip`.' },
  },
})
registerEnumType(HyperparameterKind, {
  name: 'HyperparameterKind',
  description: 'What a hyperparameter does in a method.',
  valuesConfig: {
    WEIGHT: { description: 'It multiplies a term.' },
    SHAPE: { description: 'A term or the fit of a space depends on it in any other way.' },
  },
})
registerEnumType(Split, {
  name: 'Split',
  description: 'What an image of a dataset is used for.',
  valuesConfig: {
    SUPPORT_POOL: { description: 'Support sets are drawn from it.' },
    VALIDATION: { description: 'Hyperparameters may be selected on it.' },
    TEST: { description: 'Accuracy is measured on it, and nothing else uses it.' },
  },
})
export const ClassFolder = { TOP: 'TOP', PARENT: 'PARENT' } as const satisfies { [K in ClassFrom]: K }
export type ClassFolder = ClassFrom
registerEnumType(ClassFolder, {
  name: 'ClassFolder',
  description: 'The folder that names the class of an image.',
  valuesConfig: {
    TOP: { description: 'The one below the split, or below the root.' },
    PARENT: { description: 'The one nearest to the image.' },
  },
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
  description: 'How hyperparameters are selected. Never on the test split.',
  valuesConfig: {
    VALIDATION: { description: 'On the validation split.' },
    LEAVE_ONE_OUT: {
      description:
        'On the support set, leaving out one image of every class at a time. At one shot, as NONE.',
    },
    NONE: { description: 'Not at all: they keep their defaults.' },
  },
})
registerEnumType(Search, {
  name: 'Search',
  description: 'How the hyperparameters of a method are searched.',
  valuesConfig: {
    EXACT: { description: 'Every point of the grid, on all images that are selected on.' },
    HALVING: {
      description:
        'Successive halving: every combination of shapes on a part of the images, the best quarter on four times as many, and so on. For grids with many shapes it takes less time, and it may miss the best point.',
    },
  },
})
registerEnumType(KlScaling, {
  name: 'KlScaling',
  description: 'How the ranges that scale the KL term are computed.',
  valuesConfig: {
    FROZEN: { description: 'Once, so an image has the same logits alone and in any batch.' },
    BATCH: { description: 'Over all test images, as the published code does.' },
  },
})
registerEnumType(JobStatus, {
  name: 'JobStatus',
  description: 'Whether work in the background waits, runs or has ended, and how.',
  valuesConfig: {
    QUEUED: { description: 'It waits for its turn, or for a fault to pass.' },
    RUNNING: { description: 'It is at work.' },
    SUCCEEDED: { description: 'It has ended with a result.' },
    FAILED: { description: 'It has ended with an error.' },
    CANCELLED: { description: 'It was stopped on request.' },
  },
})

export const Direction = { ASCENDING: 'ASCENDING', DESCENDING: 'DESCENDING' } as const satisfies {
  [K in PageDirection]: K
}
export type Direction = PageDirection

registerEnumType(Direction, {
  name: 'Direction',
  description: 'Which end of an order comes first.',
  valuesConfig: {
    ASCENDING: { description: 'The oldest or the least first.' },
    DESCENDING: { description: 'The newest or the greatest first.' },
  },
})

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
  description: 'What runs are sorted by. Runs without a value come last.',
  valuesConfig: {
    CREATED: { description: 'When they were first asked for.' },
    FINISHED: { description: 'When they ended.' },
    SHOTS: { description: 'The images per class that were asked for.' },
    ...describedMeasures(),
  },
})

/** Orders of comparisons. */
export const ComparisonOrder = { CREATED: 'CREATED', FINISHED: 'FINISHED' } as const satisfies {
  [K in OrderOfComparisons]: K
}
export type ComparisonOrder = OrderOfComparisons

registerEnumType(ComparisonOrder, {
  name: 'ComparisonOrder',
  description: 'What comparisons are sorted by.',
  valuesConfig: {
    CREATED: { description: 'When they were asked for.' },
    FINISHED: { description: 'When they ended. Those that have not ended come last.' },
  },
})

/** Orders of datasets. */
export const DatasetOrder = { CREATED: 'CREATED', NAME: 'NAME' } as const satisfies {
  [K in OrderOfDatasets]: K
}
export type DatasetOrder = OrderOfDatasets

registerEnumType(DatasetOrder, {
  name: 'DatasetOrder',
  description: 'What datasets are sorted by.',
  valuesConfig: {
    CREATED: { description: 'When they were made.' },
    NAME: { description: 'Their names, letter by letter, as the database orders letters.' },
  },
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
  valuesConfig: {
    METHOD_RIGHT: { description: 'The method is right, and the baseline is wrong.' },
    BASELINE_RIGHT: { description: 'The baseline is right, and the method is wrong.' },
    BOTH_WRONG: { description: 'Both are wrong, each with another class.' },
  },
})

/** Whether a prediction is right. */
export const PredictionOutcome = {
  RIGHT: 'RIGHT',
  WRONG: 'WRONG',
} as const satisfies { [O in Outcome]: O }
export type PredictionOutcome = Outcome

registerEnumType(PredictionOutcome, {
  name: 'PredictionOutcome',
  description: 'Whether the predicted class is the true one.',
  valuesConfig: {
    RIGHT: { description: 'It is.' },
    WRONG: { description: 'It is another one.' },
  },
})

/** Orders of the predictions of a run. */
export const PredictionOrder = {
  TEST_IMAGES: 'TEST_IMAGES',
  LEAST_CONFIDENT: 'LEAST_CONFIDENT',
  MOST_CONFIDENT: 'MOST_CONFIDENT',
} as const satisfies { [O in OrderOfPredictions]: O }
export type PredictionOrder = OrderOfPredictions

registerEnumType(PredictionOrder, {
  name: 'PredictionOrder',
  description: 'The order of the predictions of a run.',
  valuesConfig: {
    TEST_IMAGES: { description: 'That of the test images.' },
    LEAST_CONFIDENT: { description: 'The least probability of the predicted class first.' },
    MOST_CONFIDENT: { description: 'The greatest probability of the predicted class first.' },
  },
})

/** Which images to label next. */
export const SuggestionStrategy = {
  UNCERTAINTY: 'UNCERTAINTY',
  COVERAGE: 'COVERAGE',
  BOTH: 'BOTH',
} as const satisfies { [S in Strategy]: S }
export type SuggestionStrategy = Strategy

registerEnumType(SuggestionStrategy, {
  name: 'SuggestionStrategy',
  description: 'Which images to label next.',
  valuesConfig: {
    UNCERTAINTY: { description: 'Those with the least difference between their two most probable classes.' },
    COVERAGE: { description: 'Those farthest from all that are labelled (k-centre).' },
    BOTH: { description: 'Those that are far and uncertain: the distance times the uncertainty.' },
  },
})

export const DatasetChangeKind = Object.fromEntries(changeKinds.map((kind) => [kind, kind]))

registerEnumType(DatasetChangeKind, {
  name: 'DatasetChangeKind',
  description: 'What a change did to a dataset.',
  valuesConfig: {
    RENAME: { description: 'The dataset got another name.' },
    RENAME_CLASS: { description: 'A class got another name or other prompts.' },
    ADD_CLASS: { description: 'A class was added.' },
    SET_PROMPTS: { description: 'Classes got other prompts.' },
    ADD_IMAGES: { description: 'Images were added with their labels.' },
    ADD_UNLABELLED_IMAGES: { description: 'Images were added without a label.' },
    MERGE_CLASSES: { description: 'The images of a class went to another class, and the class was deleted.' },
    DELETE_CLASS: { description: 'A class was deleted with its images.' },
    MOVE_IMAGES: { description: 'Images went to another class or split.' },
    LABEL_IMAGES: { description: 'Images without a label got one.' },
    UNLABEL_IMAGES: { description: 'Images lost their label, and stay in the dataset.' },
    REMOVE_IMAGES: { description: 'Images were removed from the dataset.' },
  },
})

/** What is wrong with a dataset. */
export const DatasetProblemKind = {
  LABEL_CONFLICT: 'LABEL_CONFLICT',
  CLASS_WITHOUT_IMAGES: 'CLASS_WITHOUT_IMAGES',
  CLASS_OF_ONE_IMAGE: 'CLASS_OF_ONE_IMAGE',
  SIMILAR_CLASS_NAMES: 'SIMILAR_CLASS_NAMES',
} as const satisfies { [K in ProblemKind]: K }

registerEnumType(DatasetProblemKind, {
  name: 'DatasetProblemKind',
  description: 'What may be wrong with a dataset.',
  valuesConfig: {
    LABEL_CONFLICT: {
      description:
        'The same image came under two classes. `moveImages` with either class settles it, and so does `mergeClasses`.',
    },
    CLASS_WITHOUT_IMAGES: {
      description:
        'A class has no image in any split, or none in the support pool although other classes have some.',
    },
    CLASS_OF_ONE_IMAGE: { description: 'A class has one image, which cannot both support and test.' },
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

/** The precisions of weights, by their names in manifests. */
export const Precision = { FP32: 'fp32', FP16: 'fp16', Q8: 'q8' } as const

registerEnumType(Precision, {
  name: 'Precision',
  description: 'How exactly the weights of an encoder are stored.',
  valuesConfig: {
    FP32: { description: '32 bits a weight, as it was trained.' },
    FP16: { description: '16 bits a weight.' },
    Q8: { description: '8 bits a weight, with a scale for many of them.' },
  },
})

/** The databases that Shotboard works with. */
export const DatabaseKind = { SQLITE: 'sqlite', POSTGRES: 'postgres' } as const

registerEnumType(DatabaseKind, {
  name: 'DatabaseKind',
  description: 'A database that Shotboard works with.',
  valuesConfig: {
    SQLITE: { description: 'A file in the data folder.' },
    POSTGRES: { description: 'A server that `DATABASE_URL` names.' },
  },
})

export { Drawing, JobStatus, KlScaling, Search, Selection, Split }

/** The measures by their names in GraphQL. */
export const Measure: Readonly<Record<string, MeasureName>> = Object.fromEntries(
  measureNames.map((name) => [measures[name].order, name]),
)

registerEnumType(Measure, {
  name: 'Measure',
  description: 'A measure of a run on its test images.',
  valuesConfig: describedMeasures(),
})

/** What each measure is, for an enum that has all of them. */
function describedMeasures(): Readonly<Record<string, { readonly description: string }>> {
  return Object.fromEntries(
    measureNames.map((name) => [measures[name].order, { description: measures[name].description }]),
  )
}

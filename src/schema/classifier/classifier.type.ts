import { Field, Float, ID, InputType, Int } from 'type-graphql'
import { absoluteIfKnown } from '../address.js'
import { StatisticType } from '../comparison/comparison.type.js'
import { Drawing, Search, Selection } from '../enums.js'
import { KeptInPercent } from '../fractions.js'
import { HyperparameterInputType } from '../method/method-choice.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { PredictionSourceInputType } from '../prediction/prediction-source.js'
import { DateTime, Shots } from '../scalars.js'

@InputType('CreateClassifierInput', {
  description: 'A classifier is made from a row of a comparison, or from a support set and a method.',
})
export class CreateClassifierInputType {
  @Field(() => String, { description: 'From 1 to 200 characters, without slashes and control characters.' })
  name: string

  @Field(() => PredictionSourceInputType, {
    description: 'A comparison that has finished, or a support set.',
  })
  source: PredictionSourceInputType

  @Field(() => ID, { nullable: true, description: 'Of the comparison. Required if it compares several.' })
  encoder?: string | null

  @Field(() => ID, {
    nullable: true,
    description:
      "Its id, name or alias. Of a comparison, the recommended row's by default. Required with a support set.",
  })
  method?: string | null

  @Field(() => ID, { nullable: true, description: "By default the method's own." })
  space?: string | null

  @Field(() => Shots, {
    nullable: true,
    description:
      "Of a comparison. ALL, the default: fitted anew on every image of the support pool, or on the images that the comparison lists, with the comparison's selection. A number: fitted as the comparison's run with so many images per class was.",
  })
  shots?: number | 'ALL' | null

  @Field(() => Int, {
    nullable: true,
    description: 'Of a comparison, with a number of shots; its first by default.',
  })
  seed?: number | null

  @Field(() => [HyperparameterInputType], {
    nullable: true,
    description: 'With a support set. Those that are not given are selected.',
  })
  hyperparameters?: HyperparameterInputType[] | null

  @Field(() => Selection, {
    nullable: true,
    description: 'With a support set: LEAVE_ONE_OUT by default. A comparison has its own.',
  })
  selection?: Selection | null

  @Field(() => Search, {
    nullable: true,
    description:
      'How hyperparameters are searched: EXACT by default. Only with a support set: a comparison has its own.',
  })
  search?: Search | null

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether hyperparameters may be searched for longer than `SHOTBOARD_MAX_SEARCH_SECONDS`. If not, such a request fails with SEARCH_TOO_LONG after a few seconds.',
  })
  allowLongSearch: boolean

  @Field(() => Float, {
    defaultValue: 0.9,
    description: 'Its sets of classes hold the true one with this probability. Between 0 and 1.',
  })
  coverage: number
}

@ObjectType('ClassifierSupport', { description: 'The support images of a classifier.' })
export class ClassifierSupportType {
  @Field(() => Int, {
    description: 'Images per class; with ALL and LISTED, the number that the largest class has.',
  })
  shots: number

  @Field(() => Drawing, { description: 'How many images of each class were taken.' })
  drawing: Drawing

  @Field(() => Int, { description: 'The seed that the support images were drawn with.' })
  seed: number

  @Field(() => Int, {
    description:
      'The number of random views that each image is averaged over, from 1. With 1, the image itself is used.',
  })
  augmentations: number

  @Field(() => Int, { description: 'The number of support images.' })
  images: number
}

@ObjectType('ClassifierMeasurement', {
  description: 'What a comparison measured of the row of a classifier.',
})
export class ClassifierMeasurementType {
  @Field(() => Int, { description: 'Images per class of the measured row. The classifier may rest on more.' })
  shots: number

  @Field(() => Selection, { description: 'How the hyperparameters of the measured row were selected.' })
  selection: Selection

  @Field(() => String, { description: 'The name of the dataset of the test images.' })
  testDataset: string

  @Field(() => Int, { description: 'The number of test images that it was measured on.' })
  testImages: number

  @KeptInPercent()
  @Field(() => StatisticType, { description: 'The accuracy on them, from 0 to 1.' })
  accuracy: StatisticType

  @Field(() => StatisticType, {
    description: 'The expected calibration error over 15 bins of confidence, from 0 to 1.',
  })
  calibrationError: StatisticType
}

@ObjectType('ClassifierVersion', {
  description: 'A classifier as it was made once. It never changes, and neither do its answers.',
})
export class ClassifierVersionType {
  @Field(() => Int, { description: 'From 1.' })
  number: number

  @Field(() => DateTime, { description: 'When this version was made.' })
  createdAt: Date
}

@ObjectType('ClassifierExports', { description: `The addresses of exports. ${absoluteIfKnown}` })
export class ClassifierExportsType {
  @Field(() => String, {
    description:
      'A .tar with model.onnx, labels, preprocessing, examples and a model card. Options: `layout=triton`, `headOnly=true`, `precision=fp32|fp16|q8`.',
  })
  tar: string

  @Field(() => String, { description: 'The ONNX model alone. Options: `headOnly=true`, `precision`.' })
  onnx: string
}

@ObjectType('ClassifierSelection', {
  description: 'How the hyperparameters and the temperature of a classifier were selected.',
})
export class ClassifierSelectionType {
  @Field(() => Selection, { description: 'Which images were used for it.' })
  protocol: Selection

  @Field(() => Search, { description: 'How they were searched.' })
  search: Search

  @Field(() => Int, { description: 'Images that they were selected on; 0 if the defaults were used.' })
  images: number

  @KeptInPercent()
  @Field(() => Float, {
    nullable: true,
    description:
      "The accuracy on these images, from 0 to 1; with LEAVE_ONE_OUT, the classifier's own leave-one-out accuracy. Null if there were none.",
  })
  accuracy: number | null
}

@ObjectType('Classifier', {
  implements: NodeType,
  description: 'A named classifier in use, with its versions.',
})
export class ClassifierType {
  @Field(() => ID, { description: 'Identifies the classifier; it never changes.' })
  id: string

  @Field(() => String, { description: 'Unique among all classifiers.' })
  name: string

  @Field(() => DateTime, { description: 'When its first version was made.' })
  createdAt: Date
}

export const ClassifierConnectionType = connectionOf('ClassifierConnection', () => ClassifierType)

@InputType('UpdateClassifierInput', {
  description: 'What a new version of a classifier is made from: as for a new classifier.',
})
export class UpdateClassifierInputType extends CreateClassifierInputType {}

@InputType('RollbackClassifierInput', { description: 'A version that is to be in use.' })
export class RollbackClassifierInputType {
  @Field(() => ID, { description: 'The name or the id of a classifier.' })
  classifier: string

  @Field(() => Int, {
    nullable: true,
    description: 'Its number. Default: the version before the one in use.',
  })
  version?: number | null
}

@InputType('DeleteClassifierInput', { description: 'A classifier that is to go.' })
export class DeleteClassifierInputType {
  @Field(() => ID, { description: 'The name or the id of a classifier.' })
  classifier: string
}

import { Directive, Field, ID, InputType, Int } from 'type-graphql'
import { Split } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { ImageInputType } from '../image/image.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

@ObjectType('ClassLabel', {
  implements: NodeType,
  description:
    'A class of a dataset, or of a version of a classifier, which keeps its classes as they were: they have other ids.',
})
export class ClassLabelType {
  @Field(() => ID, {
    description:
      'Identifies the class; it never changes, also when the class is renamed, when others come or go, and when its deletion is undone.',
  })
  id: string

  @Field(() => Int, {
    description: 'Its position among the classes, from 0. It changes when a class before it goes.',
  })
  index: number

  @Field(() => String, { description: 'Unique in the dataset, from 1 to 500 characters.' })
  name: string

  @Field(() => [String], { description: 'Texts that describe an image of the class.' })
  prompts: readonly string[]
}

@ObjectType('SplitCount', { description: 'How many images a split has.' })
export class SplitCountType {
  @Field(() => Split, { description: 'The split that was counted.' })
  split: Split

  @Field(() => Int, { description: 'The number of its images, at least 1.' })
  images: number
}

@ObjectType('Dataset', { implements: NodeType, description: 'Classes, and labelled images in three splits.' })
export class DatasetType {
  @Field(() => ID, { description: 'Identifies the dataset; it never changes.' })
  id: string

  @Field(() => String, { description: 'Unique among all datasets, from 1 to 500 characters.' })
  name: string

  @Field(() => DateTime, { description: 'When the dataset was made.' })
  createdAt: Date
}

export const ClassLabelConnectionType = connectionOf('ClassLabelConnection', () => ClassLabelType)
export const DatasetConnectionType = connectionOf('DatasetConnection', () => DatasetType)

@InputType('ClassInput', { description: 'A class by its name, with texts for it.' })
export class ClassInputType {
  @Field(() => String, { description: 'From 1 to 500 characters.' })
  name: string

  @Field(() => [String], { nullable: true, description: 'Default: `a photo of a {name}.`' })
  prompts?: string[] | null
}

@InputType('CreateDatasetInput', { description: 'A dataset without images.' })
export class CreateDatasetInputType {
  @Field(() => String, { description: 'From 1 to 500 characters. No other dataset may have it.' })
  name: string

  @Field(() => [ClassInputType], {
    description: 'At least one class, each name once. Their order is the order of their index.',
  })
  classes: ClassInputType[]
}

@InputType('SetPromptsInput', { description: 'New prompts for some classes of a dataset.' })
export class SetPromptsInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [ClassInputType], {
    description: 'Classes of the dataset, whose `name` may also be an id. Other classes keep their prompts.',
  })
  classes: ClassInputType[]
}

@Directive('@oneOf')
@InputType('PromptSourceInput', { description: 'Where the prompts of all classes come from.' })
export class PromptSourceInputType {
  @Field(() => String, { nullable: true, description: 'The name of one of `promptTemplateSets`.' })
  set?: string | null

  @Field(() => [String], {
    nullable: true,
    description: 'Templates of your own, with `{}` in the place of the name of the class.',
  })
  templates?: string[] | null

  @Field(() => String, {
    nullable: true,
    description:
      'The content of a JSON file in the form of CuPL, `{"class": ["sentence", …]}`, which names every class.',
  })
  file?: string | null
}

@InputType('SetAllPromptsInput', { description: 'New prompts for all classes of a dataset.' })
export class SetAllPromptsInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => PromptSourceInputType, { description: 'Where the prompts come from.' })
  prompts: PromptSourceInputType
}

@ObjectType('PromptTemplateSet', { description: 'Templates that others have published.' })
export class PromptTemplateSetType {
  @Field(() => String, { description: 'What `setAllPrompts` takes as `set`.' })
  name: string

  @Field(() => [String], { description: 'Sentences with `{}` in the place of the name of the class.' })
  templates: readonly string[]
}

@InputType('LabelledImageInput', { description: 'An image with its class and its split.' })
export class LabelledImageInputType {
  @Field(() => ImageInputType, { description: 'The image: a stored one, or its bytes.' })
  image: ImageInputType

  @Field(() => ID, { description: 'The id or the name of a class of the dataset.' })
  class: string

  @Field(() => Split, { description: 'What it is used for.' })
  split: Split
}

@InputType('AddImagesInput', { description: 'Labelled images for a dataset.' })
export class AddImagesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [LabelledImageInputType], {
    description: 'At least one image. The service limits how many a request may have.',
  })
  images: LabelledImageInputType[]
}

@ObjectType('RejectedImage', { description: 'An image that was not added, and why.' })
export class RejectedImageType {
  @Field(() => Int, { description: 'The index in the list of images, from 0.' })
  position: number

  @Field(() => ErrorCode, { description: 'The stable code of the reason, such as INVALID_IMAGE.' })
  code: string

  @Field(() => String, { description: 'The same as a sentence.' })
  reason: string
}

import { Field, ID, InputType, Int } from 'type-graphql'
import { Split } from '../enums.js'
import { ImageInputType } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

@ObjectType('ClassLabel')
export class ClassLabelType {
  @Field(() => Int)
  index: number

  @Field(() => String)
  name: string

  @Field(() => [String], { description: 'Texts that describe an image of the class.' })
  prompts: readonly string[]
}

@ObjectType('SplitCount')
export class SplitCountType {
  @Field(() => Split)
  split: Split

  @Field(() => Int)
  images: number
}

@ObjectType('Dataset')
export class DatasetType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => DateTime)
  createdAt: Date
}

export const DatasetConnectionType = connectionOf('DatasetConnection', () => DatasetType)

@InputType('ClassInput')
export class ClassInputType {
  @Field(() => String)
  name: string

  @Field(() => [String], { nullable: true, description: 'Default: `a photo of a {name}.`' })
  prompts?: string[] | null
}

@InputType('CreateDatasetInput')
export class CreateDatasetInputType {
  @Field(() => String)
  name: string

  @Field(() => [ClassInputType])
  classes: ClassInputType[]
}

@InputType('SetPromptsInput')
export class SetPromptsInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [ClassInputType], { description: 'Classes of the dataset. Other classes keep their prompts.' })
  classes: ClassInputType[]
}

@InputType('SetAllPromptsInput', { description: 'Give exactly one of `set`, `templates` and `file`.' })
export class SetAllPromptsInputType {
  @Field(() => ID)
  dataset: string

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

@ObjectType('PromptTemplateSet')
export class PromptTemplateSetType {
  @Field(() => String)
  name: string

  @Field(() => [String])
  templates: readonly string[]
}

@InputType('LabelledImageInput')
export class LabelledImageInputType {
  @Field(() => ImageInputType)
  image: ImageInputType

  @Field(() => String, { description: 'The name of a class of the dataset.' })
  class: string

  @Field(() => Split)
  split: Split
}

@InputType('AddImagesInput')
export class AddImagesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [LabelledImageInputType])
  images: LabelledImageInputType[]
}

@ObjectType('RejectedImage')
export class RejectedImageType {
  @Field(() => Int, { description: 'The index in the list of images, from 0.' })
  position: number

  @Field(() => String)
  code: string

  @Field(() => String)
  reason: string
}

@ObjectType('AddImagesResult')
export class AddImagesResultType {
  @Field(() => DatasetType)
  dataset: DatasetType

  @Field(() => Int)
  added: number

  @Field(() => Int, { description: 'Images that the dataset already has, or that were given twice.' })
  duplicates: number

  @Field(() => [RejectedImageType], {
    description: 'Images that could not be read. The other images are added.',
  })
  rejected: readonly RejectedImageType[]
}

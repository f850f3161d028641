import { Field, ID, InputType } from 'type-graphql'
import { Split } from '../enums.js'
import { ImageInputType } from '../image/image.js'
import { ClassInputType } from './dataset.type.js'

@InputType('RenameDatasetInput')
export class RenameDatasetInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => String)
  name: string
}

@InputType('RenameClassInput')
export class RenameClassInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => String, { description: 'The name that the class has.' })
  class: string

  @Field(() => String, { description: 'Its new name.' })
  name: string
}

@InputType('AddClassInput')
export class AddClassInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => ClassInputType)
  class: ClassInputType
}

@InputType('MergeClassesInput')
export class MergeClassesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => String, { description: 'The class that goes.' })
  class: string

  @Field(() => String, { description: 'The class that gets its images.' })
  into: string
}

@InputType('DeleteClassInput')
export class DeleteClassInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => String)
  class: string
}

@InputType('LabelImagesInput')
export class LabelImagesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset that have no label.' })
  images: string[]

  @Field(() => String, { description: 'The name of their class.' })
  class: string

  @Field(() => Split)
  split: Split
}

@InputType('DatasetImagesInput')
export class DatasetImagesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset.' })
  images: string[]
}

@InputType('AddUnlabelledImagesInput')
export class AddUnlabelledImagesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [ImageInputType])
  images: ImageInputType[]
}

@InputType('MoveImagesInput')
export class MoveImagesInputType {
  @Field(() => ID)
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset.' })
  images: string[]

  @Field(() => String, { nullable: true, description: 'Their new class. Default: they keep theirs.' })
  class?: string | null

  @Field(() => Split, { nullable: true, description: 'Their new split. Default: they keep theirs.' })
  split?: Split | null
}

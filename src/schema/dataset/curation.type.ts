import { Field, ID, InputType } from 'type-graphql'
import { Split } from '../enums.js'
import { ImageInputType } from '../image/image.js'
import { ClassInputType } from './dataset.type.js'

@InputType('RenameDatasetInput', { description: 'A new name for a dataset. Its id stays.' })
export class RenameDatasetInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => String, {
    description: 'Its new name, from 1 to 500 characters, which no other dataset may have.',
  })
  name: string
}

@InputType('RenameClassInput', { description: 'A new name for a class. Its images stay.' })
export class RenameClassInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => ID, { description: 'The id of the class, or the name that it has.' })
  class: string

  @Field(() => String, { description: 'Its new name.' })
  name: string
}

@InputType('AddClassInput', { description: 'A class for a dataset that exists.' })
export class AddClassInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => ClassInputType, { description: 'The new class. Its name may not be in use in the dataset.' })
  class: ClassInputType
}

@InputType('MergeClassesInput', { description: 'Two classes that are to be one.' })
export class MergeClassesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => ID, { description: 'The class that goes, by its id or its name.' })
  class: string

  @Field(() => ID, { description: 'The class that gets its images, by its id or its name.' })
  into: string
}

@InputType('DeleteClassInput', { description: 'A class that is to go, with its images.' })
export class DeleteClassInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => ID, { description: 'The id or the name of the class.' })
  class: string
}

@InputType('LabelImagesInput', { description: 'A class and a split for images without a label.' })
export class LabelImagesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset that have no label.' })
  images: string[]

  @Field(() => ID, { description: 'The id or the name of their class.' })
  class: string

  @Field(() => Split, { description: 'What they are used for from now on.' })
  split: Split
}

@InputType('RemoveImagesInput', { description: 'Images that are to leave a dataset.' })
export class RemoveImagesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset.' })
  images: string[]
}

@InputType('UnlabelImagesInput', { description: 'Images that are to lose their label.' })
export class UnlabelImagesInputType extends RemoveImagesInputType {}

@InputType('AddUnlabelledImagesInput', { description: 'Images whose class is not known yet.' })
export class AddUnlabelledImagesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [ImageInputType], {
    description: 'At least one image. The service limits how many a request may have.',
  })
  images: ImageInputType[]
}

@InputType('MoveImagesInput', {
  description: 'Another class or another split for images of a dataset. Give at least one of the two.',
})
export class MoveImagesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string

  @Field(() => [ID], { description: 'Images of the dataset.' })
  images: string[]

  @Field(() => ID, {
    nullable: true,
    description: 'The id or the name of their new class. Default: they keep theirs.',
  })
  class?: string | null

  @Field(() => Split, { nullable: true, description: 'Their new split. Default: they keep theirs.' })
  split?: Split | null
}

import { Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, Resolver, Root } from 'type-graphql'
import type { ClassRow, DatasetRow, ImageRow, SuggestedImage } from '../../library/index.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { SuggestionStrategy } from '../enums.js'
import { ImageType } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { ClassLabelType, DatasetType } from './dataset.type.js'

@ArgsType()
class SuggestionsArguments {
  @Field(() => ID, { nullable: true, description: 'The encoder of the features. Default: the first.' })
  encoder?: string | null

  @Field(() => SuggestionStrategy, {
    defaultValue: SuggestionStrategy.BOTH,
    description: 'What makes an image helpful.',
  })
  strategy: SuggestionStrategy

  @Field(() => Int, { defaultValue: 20, description: 'The most suggestions, from 1 to 100.' })
  first: number

  @Field(() => [ID], {
    nullable: true,
    description: 'Images that are not suggested, such as those that were skipped.',
  })
  except?: string[] | null
}

@ObjectType('ClassGuess', { description: 'A class with the probability that an image has it.' })
class ClassGuessType {
  @Field(() => Float, { description: 'From 0 to 1.' })
  probability: number
}

@ObjectType('Suggestion', { description: 'An image without a label whose label would help.' })
class SuggestionType {
  @Field(() => [ClassGuessType], {
    description: 'At most nine classes by what is labelled so far, the most probable first.',
  })
  top: SuggestedImage['top']

  @Field(() => Float, {
    description: '1 minus the difference of the two greatest probabilities: 0 is certain, 1 is a tie.',
  })
  uncertainty: number

  @Field(() => Float, {
    description:
      '1 minus the greatest cosine similarity to an image that is labelled or suggested before, from 0 to 2; 1 if there is none.',
  })
  distance: number
}

@Resolver(() => DatasetType)
export class SuggestionsResolver {
  @FieldResolver(() => [SuggestionType], {
    description:
      'The images without a label whose label would help most, the most helpful first. Prototypes in `shrunk`, fitted anew on the support images, say what is uncertain. Encodes images that have not been encoded, which takes time.',
    complexity: computed({ base: 1000 }),
  })
  suggestions(
    @Root() dataset: DatasetRow,
    @Args(() => SuggestionsArguments) input: SuggestionsArguments,
    @Ctx() { library }: Context,
  ): Promise<SuggestedImage[]> {
    return library.suggestions({ ...input, dataset })
  }
}

@Resolver(() => SuggestionType)
export class SuggestionResolver {
  @FieldResolver(() => ImageType, { description: 'The image without a label.' })
  image(@Root() { imageId }: SuggestedImage, @Ctx() { loaders }: Context): Promise<ImageRow> {
    return loaders.image.load(imageId)
  }
}

@Resolver(() => ClassGuessType)
export class ClassGuessResolver {
  @FieldResolver(() => ClassLabelType, { description: 'The class that is guessed.' })
  class(@Root() { label }: SuggestedImage['top'][number]): ClassRow {
    return label
  }
}

import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql'
import type { ClassRow, Page, PredictedClass, RunPrediction, RunRow } from '../../library/index.js'
import { PredictedClassType } from '../comparison/contrast.type.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { PredictionOrder, PredictionOutcome } from '../enums.js'
import { type ImageRoot, ImageType, imageNamed } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { connectionOf, PageArguments, pageRequest } from '../page.js'
import { RunType } from './run.js'

@ArgsType()
class RunPredictionsArguments extends PageArguments {
  @Field(() => PredictionOutcome, { nullable: true, description: 'Default: right and wrong ones.' })
  outcome?: PredictionOutcome | null

  @Field(() => ID, { nullable: true, description: 'The id or the name of the true class. Default: all.' })
  class?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id or the name of the predicted class. Default: all.',
  })
  takenFor?: string | null

  @Field(() => PredictionOrder, {
    nullable: true,
    defaultValue: PredictionOrder.TEST_IMAGES,
    description: 'What to sort by. Default: TEST_IMAGES.',
  })
  orderBy: PredictionOrder | null
}

@ObjectType('RunPrediction', { description: 'What a run predicts for one of its test images.' })
class RunPredictionType {
  @Field(() => Int, {
    nullable: true,
    description:
      'How many classes are more probable than the true one: 0 if the prediction is right. Null for results of earlier versions.',
  })
  rank: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'The number of classes in the prediction set. Null if the run has no sets.',
  })
  setSize: number | null
}

const RunPredictionConnectionType = connectionOf('RunPredictionConnection', () => RunPredictionType)

@Resolver(() => RunType)
export class RunPredictionsResolver {
  @FieldResolver(() => RunPredictionConnectionType, {
    nullable: true,
    description: 'What the run predicts for its test images. Null until the run has finished.',
    complexity: computed({ base: 50 }),
  })
  async predictions(
    @Root() run: RunRow,
    @Args(() => RunPredictionsArguments) input: RunPredictionsArguments,
    @Ctx() context: Context,
  ): Promise<Page<RunPrediction> | null> {
    if (!run.result) return null
    return context.library.runs.predictionPages.page(run, input, pageRequest(input, context))
  }
}

@Resolver(() => RunPredictionType)
export class RunPredictionResolver {
  @FieldResolver(() => ImageType, { description: 'The test image. It may be gone.' })
  image(@Root() { imageId }: RunPrediction, @Ctx() context: Context): Promise<ImageRoot> {
    return imageNamed(imageId, context)
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether the dataset of the test images still has the image, with a label or without.',
  })
  async isInDataset(@Root() { run, imageId }: RunPrediction, @Ctx() { loaders }: Context): Promise<boolean> {
    const datasetId = run.testDatasetId ?? run.datasetId
    const row = await loaders.labelled.load({ datasetId, imageId })
    return row !== null || (await loaders.unlabelled.load({ datasetId, imageId }))
  }

  @FieldResolver(() => ClassLabelType, {
    description: 'The true class, as it was when the run was measured.',
  })
  async class(
    @Root() { run, classIndex }: RunPrediction,
    @Ctx() { loaders }: Context,
  ): Promise<ClassRow | undefined> {
    return (await loaders.classes.load(run.datasetId))[classIndex]
  }

  @FieldResolver(() => ClassLabelType, {
    nullable: true,
    description:
      'The class that the image has now, in the dataset of the test images. It differs from `class` if the image was moved since. Null if it has no label now, or was removed.',
  })
  async currentClass(
    @Root() { run, imageId }: RunPrediction,
    @Ctx() { loaders }: Context,
  ): Promise<ClassRow | null> {
    const datasetId = run.testDatasetId ?? run.datasetId
    const row = await loaders.labelled.load({ datasetId, imageId })
    return row && ((await loaders.classes.load(datasetId))[row.classIndex] ?? null)
  }

  @FieldResolver(() => PredictedClassType, { description: 'What the run takes it for.' })
  prediction(@Root() { prediction, run }: RunPrediction): PredictedClass & { readonly datasetId: string } {
    return { ...prediction, datasetId: run.datasetId }
  }

  @FieldResolver(() => [PredictedClassType], {
    description: 'What other runs with the same test images predict for this image, in their order.',
    complexity: computed({ base: 0, each: 1, lengths: { runs: 1 } }),
  })
  async beside(
    @Root() prediction: RunPrediction,
    @Arg('runs', () => [ID], { description: 'Ids of runs that have finished.' }) ids: string[],
    @Ctx() { library, loaders }: Context,
  ): Promise<(PredictedClass & { readonly datasetId: string })[]> {
    const runs = await Promise.all(ids.map((id) => loaders.run.load(id)))
    const found = await library.runs.predictionPages.beside(prediction, runs)
    return found.map((each) => ({ ...each, datasetId: prediction.run.datasetId }))
  }
}

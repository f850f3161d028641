import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type {
  ClassDelta,
  ClassRow,
  ComparisonRow,
  Disagreement,
  Page,
  PredictedClass,
} from '../../library/index.js'
import { readsPredictions } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { type ImageRoot, ImageType, imageNamed } from '../image/image.js'
import { PageArguments, pageOfWhole, pageRequest, WholeList, WholeListArguments } from '../page.js'
import { ComparisonType } from './comparison.type.js'
import {
  ClassDeltaConnectionType,
  ClassDeltaType,
  ContrastArguments,
  DisagreementArguments,
  DisagreementConnectionType,
  DisagreementType,
  PredictedClassType,
} from './contrast.type.js'

/** A row that names a class by its index in a dataset. */
interface OfClass {
  readonly datasetId: string
  readonly classIndex: number
}

async function classOf({ datasetId, classIndex }: OfClass, { loaders }: Context): Promise<ClassRow> {
  return (await loaders.classes.load(datasetId))[classIndex] as ClassRow
}

@Resolver(() => ComparisonType)
export class ContrastResolver {
  @WholeList()
  @FieldResolver(() => ClassDeltaConnectionType, {
    description:
      'The difference between two methods of the comparison in each class, at one number of shots.',
    complexity: readsPredictions,
  })
  async classDeltas(
    @Root() comparison: ComparisonRow,
    @Args(() => ContrastArguments) input: ContrastArguments,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<ClassDelta & OfClass>> {
    const { library, loaders } = context
    const runs = await loaders.comparisonRuns.load(comparison.id)
    const deltas = await library.contrasts.classDeltas(comparison, runs, input)
    const { datasetId } = comparison
    return pageOfWhole(
      deltas.map((delta) => ({ ...delta, datasetId })),
      page,
      context,
    )
  }

  @FieldResolver(() => DisagreementConnectionType, {
    description: 'The test images for which two methods of the comparison predict different classes.',
    complexity: readsPredictions,
  })
  async disagreements(
    @Root() comparison: ComparisonRow,
    @Args(() => DisagreementArguments) input: DisagreementArguments,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<Disagreement>> {
    const { library, loaders } = context
    const runs = await loaders.comparisonRuns.load(comparison.id)
    return library.contrasts.disagreements(comparison, runs, input, pageRequest(page, context))
  }
}

@Resolver(() => ClassDeltaType)
export class ClassDeltaResolver {
  @FieldResolver(() => ClassLabelType, { description: 'The true class of the images.' })
  class(@Root() delta: OfClass, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(delta, context)
  }
}

@Resolver(() => DisagreementType)
export class DisagreementResolver {
  @FieldResolver(() => ImageType, { description: 'The test image. It may be gone.' })
  image(@Root() { imageId }: Disagreement, @Ctx() context: Context): Promise<ImageRoot> {
    return imageNamed(imageId, context)
  }

  @FieldResolver(() => ClassLabelType, { description: 'The true class.' })
  class(@Root() disagreement: Disagreement, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(disagreement, context)
  }

  @FieldResolver(() => PredictedClassType, { description: 'The prediction of the method.' })
  prediction(@Root() { prediction, datasetId }: Disagreement): PredictedClass & OfClass {
    return { ...prediction, datasetId }
  }

  @FieldResolver(() => PredictedClassType, { description: 'The prediction of the baseline.' })
  baselinePrediction(@Root() { baselinePrediction, datasetId }: Disagreement): PredictedClass & OfClass {
    return { ...baselinePrediction, datasetId }
  }
}

@Resolver(() => PredictedClassType)
export class PredictedClassResolver {
  @FieldResolver(() => ClassLabelType, { description: 'The class with the highest logit.' })
  class(@Root() taken: OfClass, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(taken, context)
  }
}

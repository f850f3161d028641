import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import type {
  ClassDelta,
  ClassRow,
  ComparisonRow,
  Disagreement,
  ImageRow,
  Page,
  PredictedClass,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { ClassLabelType } from '../dataset/dataset.type.js'
import { ImageType } from '../image/image.js'
import { defaultPageSize, pageRequest } from '../page.js'
import { ComparisonType } from './comparison.type.js'
import {
  ClassDeltaType,
  ContrastArguments,
  DisagreementArguments,
  DisagreementConnectionType,
  DisagreementType,
  TakenForType,
} from './contrast.type.js'

/** Something of a class of a dataset. */
interface OfClass {
  readonly datasetId: string
  readonly classIndex: number
}

async function classOf({ datasetId, classIndex }: OfClass, { loaders }: Context): Promise<ClassRow> {
  return (await loaders.classes.load(datasetId))[classIndex] as ClassRow
}

@Resolver(() => ComparisonType)
export class ContrastResolver {
  @FieldResolver(() => [ClassDeltaType], {
    description: 'What two methods of the comparison differ by in each class, at one number of shots.',
  })
  async classDeltas(
    @Root() comparison: ComparisonRow,
    @Args(() => ContrastArguments) input: ContrastArguments,
    @Ctx() { library, loaders }: Context,
  ): Promise<(ClassDelta & OfClass)[]> {
    const runs = await loaders.comparisonRuns.load(comparison.id)
    const deltas = await library.contrasts.classDeltas(comparison, runs, input)
    return deltas.map((delta) => ({ ...delta, datasetId: comparison.datasetId }))
  }

  @FieldResolver(() => DisagreementConnectionType, {
    description: 'The test images that two methods of the comparison take for different classes.',
  })
  async disagreements(
    @Root() comparison: ComparisonRow,
    @Args(() => DisagreementArguments) input: DisagreementArguments,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageSize }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<Disagreement>> {
    const { library, loaders } = context
    const runs = await loaders.comparisonRuns.load(comparison.id)
    return library.contrasts.disagreements(comparison, runs, input, pageRequest(first, after, context))
  }
}

@Resolver(() => ClassDeltaType)
export class ClassDeltaResolver {
  @FieldResolver(() => ClassLabelType)
  class(@Root() delta: OfClass, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(delta, context)
  }
}

@Resolver(() => DisagreementType)
export class DisagreementResolver {
  @FieldResolver(() => ImageType)
  image(@Root() { imageId }: Disagreement, @Ctx() { loaders }: Context): Promise<ImageRow> {
    return loaders.image.load(imageId)
  }

  @FieldResolver(() => ClassLabelType, { description: 'What it is.' })
  class(@Root() disagreement: Disagreement, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(disagreement, context)
  }

  @FieldResolver(() => TakenForType, { description: 'What the method takes it for.' })
  prediction(@Root() { prediction, datasetId }: Disagreement): PredictedClass & OfClass {
    return { ...prediction, datasetId }
  }

  @FieldResolver(() => TakenForType, { description: 'What the baseline takes it for.' })
  baselinePrediction(@Root() { baselinePrediction, datasetId }: Disagreement): PredictedClass & OfClass {
    return { ...baselinePrediction, datasetId }
  }
}

@Resolver(() => TakenForType)
export class TakenForResolver {
  @FieldResolver(() => ClassLabelType)
  class(@Root() taken: OfClass, @Ctx() context: Context): Promise<ClassRow> {
    return classOf(taken, context)
  }
}

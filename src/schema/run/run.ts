import { Arg, Args, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import {
  type ClassSizes,
  confusionOf,
  type DatasetRow,
  type Page,
  perClassAccuracyOf,
  type RunCode,
  type RunRow,
  type SupportSetRow,
} from '../../library/index.js'
import { measureNames, measures } from '../../measures.js'
import { ClassSizesType } from '../class-sizes.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { JobStatus, Search, Selection } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { KeptInPercent } from '../fractions.js'
import { HyperparameterValueType, valueList } from '../method/method.type.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf, pageRequest } from '../page.js'
import { DateTime } from '../scalars.js'
import { SupportSetType } from '../support-set/support-set.js'
import { RunsArguments, runFilter } from './run-arguments.js'
import { RunCodeType } from './run-code.type.js'

@ObjectType('Timings', { description: 'Times in milliseconds. Stored features are read, not encoded again.' })
class TimingsType {
  @Field(() => Float, {
    description: 'To read the features of support and test images, and to encode those that had none.',
  })
  encodeMs: number

  @Field(() => Float, { description: 'To select hyperparameters and to fit the temperature.' })
  searchMs: number

  @Field(() => Float, { description: 'To score all test images.' })
  scoreMs: number
}

@ObjectType('Run', {
  implements: NodeType,
  description: 'One method in one space on one support set. Accuracies are from 0 to 1.',
})
export class RunType {
  @Field(() => ID, { description: 'Identifies the run; it never changes.' })
  id: string

  @Field(() => JobStatus, { description: 'Whether it waits, runs or has ended, and how.' })
  status: JobStatus

  @Field(() => Float, {
    description: 'From 0 to 1: half of it is reading the features, most of the rest the search.',
  })
  progress: number

  @Field(() => Float, {
    nullable: true,
    description:
      'How long its search was expected to take, in milliseconds, once its first two seconds were over. Null until then, and for a shorter search.',
  })
  estimatedSearchMs: number | null

  @Field(() => String, { nullable: true, description: 'Why it failed. Null if it did not.' })
  error: string | null

  @Field(() => ErrorCode, {
    nullable: true,
    description: 'The stable code of `error`. Null if nothing is wrong, and for errors of earlier versions.',
  })
  errorCode: string | null

  @Field(() => Int, {
    description: 'The images per class that were asked for; with ALL, the number that the largest class has.',
  })
  shots: number

  @Field(() => Int, { description: 'The seed that its support set was drawn with.' })
  seed: number

  @Field(() => Selection, { description: 'How its hyperparameters were selected.' })
  selection: Selection

  @Field(() => Search, { description: 'How its hyperparameters were searched.' })
  search: Search

  @Field(() => DateTime, {
    description: 'When it was first asked for. Comparisons that ask for the same share it.',
  })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whatever way. Null until then.' })
  finishedAt: Date | null
}

export const RunConnectionType = connectionOf('RunConnection', () => RunType)

@Resolver(() => RunType)
export class RunResolver extends encoderMethodAndSpaceOf(() => RunType) {
  @Query(() => RunType, {
    nullable: true,
    description: 'A run by its id. Fails with UNKNOWN_RUN if there is none.',
  })
  run(
    @Arg('id', () => ID, { description: 'The id of a run.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<RunRow> {
    return loaders.run.load(id)
  }

  @Query(() => RunConnectionType, { description: 'Newest first by default.' })
  async runs(
    @Args(() => RunsArguments) asked: RunsArguments,
    @Ctx() context: Context,
  ): Promise<Page<RunRow>> {
    const filter = await runFilter(asked, context)
    const page = pageRequest(asked, context)
    return context.library.runs.page(page, filter, asked.orderBy ?? undefined, asked.direction ?? undefined)
  }

  @FieldResolver(() => DatasetType, {
    description:
      'The dataset of the support images and, unless there is a `testDataset`, of the test images.',
  })
  dataset(@Root() { datasetId }: RunRow, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'The dataset of the test images. Null if they are those of `dataset`.',
  })
  testDataset(@Root() { testDatasetId }: RunRow, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return testDatasetId === null ? null : loaders.dataset.load(testDatasetId)
  }

  @FieldResolver(() => SupportSetType, {
    nullable: true,
    description:
      'The support set that it was measured on. Null until the run has finished, and after the support set is deleted.',
  })
  supportSet(@Root() { result }: RunRow, @Ctx() { loaders }: Context): Promise<SupportSetRow> | null {
    return result?.supportSetId ? loaders.supportSet.load(result.supportSetId) : null
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The number of labelled images used for selection; 0 if the defaults were used.',
  })
  selectionImages(@Root() { result }: RunRow): number | null {
    return result?.selectionImages ?? null
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'The labelled images that the accuracy rests on: support set and selection together. Null until the run has finished, and for results of earlier versions.',
  })
  labelledImages(@Root() { result }: RunRow): number | null {
    return result?.labelledImages ?? null
  }

  @FieldResolver(() => ClassSizesType, {
    nullable: true,
    description:
      'How many prompts a class had. Null until the run has finished, and for results of earlier versions.',
  })
  prompts(@Root() { result }: RunRow): ClassSizes | null {
    return result?.prompts ?? null
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'What the logits of a typical image are divided by before softmax, so that probabilities are as often right as they say. That of an image grows with the square root of how far its logits differ. Null for results of earlier versions, which did not divide.',
  })
  temperature(@Root() { result }: RunRow): number | null {
    return result?.temperature ?? null
  }

  @KeptInPercent()
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'The accuracy on the selection images with the selected values, from 0 to 1. Null until the run has finished, and if the defaults were used.',
  })
  selectionAccuracy(@Root() { result }: RunRow): number | null {
    return result?.selectionAccuracy ?? null
  }

  @FieldResolver(() => [HyperparameterValueType], {
    nullable: true,
    description: 'The value of every hyperparameter, given or selected. Null until the run has finished.',
  })
  hyperparameters(@Root() { result }: RunRow): HyperparameterValueType[] | null {
    return result && valueList(result.hyperparameters)
  }

  @KeptInPercent()
  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Accuracy on the test images of `dataset`, from 0 to 1. Null without a `testDataset`.',
  })
  unshiftedAccuracy(@Root() { result }: RunRow): number | null {
    return result?.unshiftedAccuracy ?? null
  }

  @KeptInPercent()
  @FieldResolver(() => [Float], {
    nullable: true,
    description:
      'The accuracy on the test images of each class, from 0 to 1, in the order of the classes; 0 for a class without any.',
    complexity: computed({ base: 50 }),
  })
  async perClassAccuracy(@Root() run: RunRow, @Ctx() context: Context): Promise<number[] | null> {
    const confusion = await this.confusion(run, context)
    return confusion && perClassAccuracyOf(confusion)
  }

  @FieldResolver(() => [[Int]], {
    nullable: true,
    description: 'Counts of test images by true class (row) and predicted class (column).',
    complexity: computed({ base: 50 }),
  })
  async confusion(
    @Root() { id, datasetId, result }: RunRow,
    @Ctx() { library, loaders }: Context,
  ): Promise<number[][] | null> {
    if (!result) return null
    const [{ labels, predicted }, classes] = await Promise.all([
      library.runs.predictions(id),
      loaders.classes.load(datasetId),
    ])
    return confusionOf(labels, predicted, classes.length)
  }

  @FieldResolver(() => RunCodeType, {
    nullable: true,
    description:
      'The code that computed the result: another version may give another result. Null until the run has finished, and for results of earlier versions.',
    complexity: computed({ base: 50 }),
  })
  code(@Root() { id, result }: RunRow, @Ctx() { library }: Context): Promise<RunCode | null> | null {
    return result && library.runs.code(id)
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The number of test images that it was measured on. Null until the run has finished.',
  })
  testImages(@Root() { result }: RunRow): number | null {
    return result?.testImages ?? null
  }

  @FieldResolver(() => TimingsType, { nullable: true, description: 'Null until the run has finished.' })
  timings(@Root() { result }: RunRow): TimingsType | null {
    return result
  }
}

// A field for every measure of a run, null until the run has finished.
for (const name of measureNames) {
  const resolve = { value: ({ result }: RunRow): number | null => result?.[name] ?? null }
  Object.defineProperty(RunResolver.prototype, name, resolve)
  Root()(RunResolver.prototype, name, 0)
  const options = { nullable: true, description: measures[name].description }
  FieldResolver(() => Float, options)(RunResolver.prototype, name, resolve)
  if (measures[name].scale === 100) KeptInPercent()(RunResolver.prototype, name)
}

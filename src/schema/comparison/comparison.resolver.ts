import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql'
import {
  type ComparedRow,
  type ComparisonRow,
  type DatasetRow,
  type Encoder,
  encodersOf,
  type FeatureSpace,
  type Method,
  methodOrPlaceholder,
  type Page,
  type PairwiseTest,
  type ReliabilityBin,
  type RunRow,
  readReliability,
  spaceOrPlaceholder,
} from '../../library/index.js'
import type { MeasureName } from '../../measures.js'
import { computed, readsPredictions } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { deletedId } from '../deleted-id.js'
import { EncoderType } from '../encoder/encoder.js'
import { Measure } from '../enums.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { MethodType } from '../method/method.type.js'
import { encoderMethodAndSpaceOf } from '../method/method-and-space.js'
import { pageOfWhole, pageRequest, WholeList, WholeListArguments } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { RunConnectionType } from '../run/run.js'
import { FeatureSpaceType } from '../space/space.js'
import { atSupport, drawnBy } from './compare-support.js'
import {
  CompareInputType,
  ComparisonConnectionType,
  ComparisonRowConnectionType,
  ComparisonRowType,
  ComparisonType,
  PairwiseTestConnectionType,
  PairwiseTestType,
  ReliabilityBinType,
  UpdateComparisonInputType,
} from './comparison.type.js'
import { ComparisonsArguments, comparisonFilter } from './comparison-arguments.js'

const defaultBins = 10

/** A row reads the predictions of its runs. Rows count ten times, so all of them cost what `readsPredictions` does. */
const readsRow = 50

/** A row returns as many bins as are asked for. */
const reliabilityCost = ({
  args,
  childComplexity,
}: {
  readonly args: { readonly bins?: number | null }
  readonly childComplexity: number
}): number => readsRow + Math.max(1, args.bins ?? defaultBins) * childComplexity

const changedComparison = {
  comparison: { type: () => ComparisonType, description: 'The comparison as it is now.' },
}

const CancelComparisonInputType = inputOfId(
  'CancelComparisonInput',
  'A comparison that is to stop.',
  'The id of a comparison that waits or runs.',
)
const DiscardComparisonInputType = inputOfId(
  'DiscardComparisonInput',
  'A comparison that is to be put away.',
  'The id of a comparison that has ended.',
)

const RestoreComparisonInputType = inputOfId(
  'RestoreComparisonInput',
  'A comparison that is to be taken back.',
  'The id of a comparison that was put away.',
)

const DeleteComparisonInputType = inputOfId(
  'DeleteComparisonInput',
  'A comparison that is to go.',
  'The id of a comparison that has ended.',
)

@Resolver(() => ComparisonType)
export class ComparisonResolver {
  @Query(() => ComparisonType, {
    nullable: true,
    description: 'A comparison by its id. Fails with UNKNOWN_COMPARISON if there is none.',
  })
  comparison(
    @Arg('id', () => ID, { description: 'The id of a comparison.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ComparisonRow> {
    return loaders.comparison.load(id)
  }

  @Query(() => ComparisonConnectionType, {
    description: 'Newest first by default.',
  })
  async comparisons(
    @Args(() => ComparisonsArguments) asked: ComparisonsArguments,
    @Ctx() context: Context,
  ): Promise<Page<ComparisonRow>> {
    const filter = await comparisonFilter(asked, context)
    const page = pageRequest(asked, context)
    return context.library.comparisons.page(
      page,
      filter,
      asked.orderBy ?? undefined,
      asked.direction ?? undefined,
    )
  }

  @PayloadMutation(changedComparison, {
    description: 'Starts one run per method, encoder, shot count and seed, and returns at once.',
  })
  async compare(
    @Arg('input', () => CompareInputType, {
      description: 'What to compare, on which images, and how to select and measure.',
    })
    { support, ...input }: CompareInputType,
    @Ctx() { library }: Context,
  ): Promise<ComparisonRow> {
    const request = { ...input, ...drawnBy(support) }
    return library.comparisons.compare(request).catch((error: unknown) => {
      throw atSupport(error, support)
    })
  }

  @PayloadMutation(changedComparison, {
    description:
      'Stops a comparison for good. Runs that have finished keep their results. Fails with COMPARISON_FINISHED if it has ended.',
  })
  cancelComparison(
    @Arg('input', () => CancelComparisonInputType, { description: 'The comparison.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ComparisonRow> {
    return library.comparisons.cancel(id)
  }

  @PayloadMutation(changedComparison, { description: 'Changes the name and the notes of a comparison.' })
  updateComparison(
    @Arg('input', () => UpdateComparisonInputType, {
      description: 'The comparison, and what is said of it from now on.',
    })
    { id, ...description }: UpdateComparisonInputType,
    @Ctx() { library }: Context,
  ): Promise<ComparisonRow> {
    return library.comparisons.describe(id, description)
  }

  @PayloadMutation(changedComparison, {
    description:
      'Puts a comparison away: lists leave it out, and it is deleted after 7 days. Fails with IN_USE until it has ended.',
  })
  discardComparison(
    @Arg('input', () => DiscardComparisonInputType, { description: 'The comparison.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ComparisonRow> {
    return library.comparisons.discard(id)
  }

  @PayloadMutation(changedComparison, { description: 'Takes a comparison back that was put away.' })
  restoreComparison(
    @Arg('input', () => RestoreComparisonInputType, { description: 'The comparison.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ComparisonRow> {
    return library.comparisons.restore(id)
  }

  @PayloadMutation(deletedId, {
    description:
      'Deletes a comparison, and the runs that no other comparison has. Fails with IN_USE until it has ended.',
  })
  async deleteComparison(
    @Arg('input', () => DeleteComparisonInputType, { description: 'The comparison.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.deletions.comparison(id)
    return id
  }

  @FieldResolver(() => DatasetType, {
    description:
      'The dataset of the support images and, unless there is a `testDataset`, of the test images.',
  })
  dataset(@Root() { datasetId }: ComparisonRow, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'The dataset of the test images. Null if they are those of `dataset`.',
  })
  testDataset(
    @Root() { testDatasetId }: ComparisonRow,
    @Ctx() { loaders }: Context,
  ): Promise<DatasetRow> | null {
    return testDatasetId === null ? null : loaders.dataset.load(testDatasetId)
  }

  @FieldResolver(() => [ID], {
    nullable: true,
    description: 'The listed support images, class by class. Null if support sets were drawn.',
  })
  async supportImages(@Root() { id }: ComparisonRow, @Ctx() { loaders }: Context): Promise<string[] | null> {
    const listed: string[] = await loaders.supportImagesOfComparison.load(id)
    return listed.length === 0 ? null : listed
  }

  @FieldResolver(() => EncoderType, { description: 'The first of `encoders`.' })
  encoder(@Root() { encoder }: ComparisonRow, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => [EncoderType], { description: 'In the order of the request.' })
  async encoders(@Root() { id }: ComparisonRow, @Ctx() { library, loaders }: Context): Promise<Encoder[]> {
    return encodersOf(await loaders.comparisonRuns.load(id)).map((each) => library.encoders.get(each))
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the classes, prompts, images or encoders have changed since it was asked for; images that were added do not count. Its results stay, and `predict` with it fails with CONTENTS_CHANGED.',
    complexity: computed({ base: 100 }),
  })
  async changedSince(
    @Root() comparison: ComparisonRow,
    @Ctx() { library, loaders }: Context,
  ): Promise<boolean> {
    return library.comparisons.changedSince(comparison, await loaders.comparisonRuns.load(comparison.id))
  }

  @WholeList()
  @FieldResolver(() => ComparisonRowConnectionType, {
    description: 'One row per encoder, method, space and number of shots, over the finished support sets.',
    complexity: computed({ base: 100 }),
  })
  async rows(
    @Root() { id }: ComparisonRow,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<ComparedRow>> {
    const { library, loaders } = context
    return pageOfWhole(await library.comparisons.rows(await loaders.comparisonRuns.load(id)), page, context)
  }

  @WholeList()
  @FieldResolver(() => PairwiseTestConnectionType, {
    description: 'Compares each row with the baseline at the same encoder and number of shots.',
    complexity: readsPredictions,
  })
  async pairs(
    @Root() { id }: ComparisonRow,
    @Arg('baseline', () => ID, { description: 'A method of the comparison.' }) baseline: string,
    @Arg('baselineSpace', () => ID, {
      nullable: true,
      description: "The baseline's space. Default: the space of the method.",
    })
    baselineSpace: string | null | undefined,
    @Arg('measure', () => Measure, { defaultValue: 'accuracy', description: 'What to compare.' })
    measure: MeasureName,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<PairwiseTest>> {
    const { library, loaders } = context
    const runs = await loaders.comparisonRuns.load(id)
    return pageOfWhole(
      await library.comparisons.pairs(runs, baseline, baselineSpace ?? null, measure),
      page,
      context,
    )
  }

  @WholeList()
  @FieldResolver(() => RunConnectionType, {
    description: 'Its runs, in the order of the request. Other comparisons may share them.',
  })
  async runs(
    @Root() { id }: ComparisonRow,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<RunRow>> {
    return pageOfWhole(await context.loaders.comparisonRuns.load(id), page, context)
  }
}

@Resolver(() => ComparisonRowType)
export class ComparisonRowResolver extends encoderMethodAndSpaceOf(() => ComparisonRowType) {
  @FieldResolver(() => [ReliabilityBinType], {
    description:
      'How often predictions are right, by how confident they are: bins of equal width, from least to most confident, over all support sets of the row. Empty for results of earlier versions, which lack confidences, and for results that cannot be read (`error`).',
    complexity: reliabilityCost,
  })
  reliability(
    @Root() { runs, error }: ComparedRow,
    @Arg('bins', () => Int, { nullable: true, defaultValue: defaultBins, description: 'From 1 to 100.' })
    bins: number | null,
    @Ctx() { library }: Context,
  ): Promise<ReliabilityBin[]> {
    if (error !== undefined) return Promise.resolve([])
    return readReliability(runs, library.runs.predictions, bins ?? defaultBins)
  }
}

@Resolver(() => PairwiseTestType)
export class PairwiseTestResolver extends encoderMethodAndSpaceOf(() => PairwiseTestType) {
  @FieldResolver(() => MethodType, { description: 'The method that it is compared with.' })
  baseline(@Root() { baseline }: PairwiseTest, @Ctx() { library }: Context): Method {
    return methodOrPlaceholder(baseline, library.registry)
  }

  @FieldResolver(() => FeatureSpaceType, {
    nullable: true,
    description: 'The feature space of the baseline. Null if the baseline compares no images.',
  })
  baselineSpace(@Root() { baselineSpace }: PairwiseTest, @Ctx() { library }: Context): FeatureSpace | null {
    return spaceOrPlaceholder(baselineSpace, library.registry, library.encoders.all)
  }
}

import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchema, type PubSub } from 'type-graphql'
import { AdapterResolver } from './adapter/adapter.resolver.js'
import { TrainingResolver } from './adapter/training.resolver.js'
import { ClassificationResolver } from './classifier/classification.js'
import { ClassifierResolver, ClassifierVersionResolver } from './classifier/classifier.resolver.js'
import { ClassifierJobResolver } from './classifier/classifier-job.resolver.js'
import { DatasetClassificationResolver } from './classifier/dataset-classification.resolver.js'
import { ClassifierEvaluationResolver } from './classifier/evaluation.js'
import {
  ComparisonResolver,
  ComparisonRowResolver,
  PairwiseTestResolver,
} from './comparison/comparison.resolver.js'
import { ComparisonSubscription } from './comparison/comparison.subscription.js'
import { ComparisonExportsResolver } from './comparison/comparison-exports.js'
import {
  ClassDeltaResolver,
  ContrastResolver,
  DisagreementResolver,
  PredictedClassResolver,
} from './comparison/contrast.resolver.js'
import {
  ComparedMethodResolver,
  ComparisonProtocolFieldsResolver,
  ComparisonProtocolResolver,
} from './comparison/protocol.js'
import {
  RecommendationResolver,
  RecommendationTypeResolver,
  RivalResolver,
} from './comparison/recommendation.js'
import { ComparisonDifferenceResolver, SideBySideResolver } from './comparison/side-by-side.js'
import { CurationResolver } from './dataset/curation.resolver.js'
import { DatasetResolver } from './dataset/dataset.resolver.js'
import { DatasetChangesResolver } from './dataset/dataset-changes.js'
import { DatasetFingerprintResolver } from './dataset/dataset-fingerprint.js'
import { DatasetImagesResolver } from './dataset/dataset-images.js'
import { DatasetProblemResolver, DatasetProblemsResolver } from './dataset/dataset-problems.js'
import {
  FeatureProblemsResolver,
  NearDuplicateResolver,
  SuspectLabelResolver,
} from './dataset/feature-problems.js'
import { ClassGuessResolver, SuggestionResolver, SuggestionsResolver } from './dataset/suggestions.js'
import { UnlabelledImagesResolver } from './dataset/unlabelled-images.js'
import { EncoderResolver } from './encoder/encoder.js'
import { takeCodesOfPlugins } from './error-code.js'
import { tellFractions } from './fractions.js'
import { HealthResolver } from './health/health.js'
import { ImageResolver } from './image/image.js'
import { DatasetMapResolver, ImageMapResolver, RunMapResolver } from './image-map/image-map.js'
import { HubImportResolver } from './import/hub-import.js'
import { ImportResolver } from './import/import.resolver.js'
import { ImportSubscription } from './import/import.subscription.js'
import { ImportPreviewResolver, PreviewedClassResolver } from './import/import-preview.js'
import { MethodResolver } from './method/method.resolver.js'
import { NodeResolver } from './node/node.resolver.js'
import { enforceOneOf } from './one-of.js'
import {
  DatasetOverlapCorrelationResolver,
  OverlapCorrelationPointResolver,
  OverlapCorrelationResolver,
} from './overlap/correlation.js'
import { OverlapResolver, SpaceOverlapResolver } from './overlap/overlap.js'
import { resolveEdges } from './page.js'
import { MethodPredictionResolver, PredictionResolver } from './prediction/prediction.js'
import { RunResolver } from './run/run.js'
import { RunPredictionResolver, RunPredictionsResolver } from './run/run-predictions.js'
import { FeatureSpaceResolver } from './space/space.js'
import { SupportSetResolver } from './support-set/support-set.js'

const refuse = (): never => {
  throw new Error('A subscription must define `subscribe`.')
}

/** TypeGraphQL requires a PubSub when there are subscriptions. Ours define `subscribe` instead. */
const noPubSub: PubSub = { publish: refuse, subscribe: refuse }

/** The executable schema. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      HealthResolver,
      NodeResolver,
      MethodResolver,
      FeatureSpaceResolver,
      EncoderResolver,
      DatasetResolver,
      CurationResolver,
      DatasetChangesResolver,
      DatasetFingerprintResolver,
      DatasetImagesResolver,
      DatasetProblemsResolver,
      DatasetProblemResolver,
      UnlabelledImagesResolver,
      SuggestionsResolver,
      SuggestionResolver,
      ClassGuessResolver,
      FeatureProblemsResolver,
      SuspectLabelResolver,
      NearDuplicateResolver,
      ImageResolver,
      HubImportResolver,
      ImportResolver,
      ImportSubscription,
      ImportPreviewResolver,
      PreviewedClassResolver,
      AdapterResolver,
      TrainingResolver,
      SupportSetResolver,
      PredictionResolver,
      MethodPredictionResolver,
      RunResolver,
      RunPredictionsResolver,
      RunPredictionResolver,
      ClassifierResolver,
      ClassifierVersionResolver,
      ClassificationResolver,
      ClassifierEvaluationResolver,
      ClassifierJobResolver,
      DatasetClassificationResolver,
      ComparisonResolver,
      ComparisonSubscription,
      ComparisonExportsResolver,
      ComparisonProtocolResolver,
      ComparisonProtocolFieldsResolver,
      ComparedMethodResolver,
      ComparisonRowResolver,
      PairwiseTestResolver,
      ContrastResolver,
      ClassDeltaResolver,
      DisagreementResolver,
      PredictedClassResolver,
      RecommendationResolver,
      RecommendationTypeResolver,
      RivalResolver,
      SideBySideResolver,
      ComparisonDifferenceResolver,
      DatasetMapResolver,
      RunMapResolver,
      ImageMapResolver,
      OverlapResolver,
      SpaceOverlapResolver,
      OverlapCorrelationResolver,
      DatasetOverlapCorrelationResolver,
      OverlapCorrelationPointResolver,
    ],
    pubSub: noPubSub,
    // The library validates inputs, because programs use it without GraphQL.
    validate: false,
  })
  for (const [root, description] of [
    [schema.getQueryType(), 'Everything that can be read. Nothing is changed.'],
    [
      schema.getMutationType(),
      'Everything that changes something. Several in one request run one after the other.',
    ],
    [schema.getSubscriptionType(), 'Everything that can be followed while it changes.'],
  ] as const) {
    if (root) root.description = description
  }
  tellFractions(schema)
  resolveEdges(schema)
  enforceOneOf(schema)
  takeCodesOfPlugins(schema)
  return schema
}

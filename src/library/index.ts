// The public interface of the library: the exports that the API, the server, the report and the command line use.

export type { ListedAdapter } from '../adapters/adapters.js'
export { secondsLeft } from '../adapters/training-time.js'
export type { Need } from '../cache/contract.js'
export type { ClassifierSource } from '../classifiers/classifier-request.js'
export type { ClassifiedGiven, Classifiers } from '../classifiers/classifiers.js'
export type { Classification } from '../classifiers/classify.js'
export { fileName as answerFileName } from '../classifiers/datasets/dataset-classifications.js'
export { classificationSecondsLeft } from '../classifiers/datasets/seconds-left.js'
export type { Drift, DriftMeasure } from '../classifiers/drift.js'
export type { Encoding } from '../classifiers/encode-first.js'
export type { ClassifierEvaluation } from '../classifiers/evaluate-classifier.js'
export {
  type ExportedFiles,
  type ExportOptions,
  exportLayouts,
} from '../classifiers/export/export-classifier.js'
export { type Frozen, parseFrozen } from '../classifiers/frozen.js'
export type { GivenImage } from '../classifiers/given-images.js'
export { classesOf, type LoadedClassifier, versionOfClass } from '../classifiers/load-classifier.js'
export type { MethodPrediction } from '../classifiers/method-prediction.js'
export type { ImagePrediction } from '../classifiers/predict.js'
export type { SuggestedImage } from '../classifiers/suggestions.js'
export { formatComparisonCsv } from '../comparisons/comparison-csv.js'
export { type ComparisonProtocol, protocolOf } from '../comparisons/comparison-protocol.js'
export type { ContrastInput, Disagreement } from '../comparisons/contrasts.js'
export { allSpaces, spacesOf } from '../comparisons/encoder-spaces.js'
export {
  comparisonOf,
  type Experiment,
  type ExperimentDataset,
  parseExperiment,
} from '../comparisons/experiment.js'
export { type ImageMap, maxMapImages } from '../comparisons/image-map.js'
export type { MethodChoice } from '../comparisons/method-choice.js'
export type { OverlapReport } from '../comparisons/overlap.js'
export type {
  CorrelationPoint,
  DatasetCorrelation,
  FoundCorrelation,
  OverlapCorrelation,
} from '../comparisons/overlap-correlation.js'
export { methodOrPlaceholder, spaceOrPlaceholder } from '../comparisons/placeholders.js'
export type { RunCode } from '../comparisons/provenance.js'
export { createNameOf, type WordedRecommendation } from '../comparisons/recommendation.js'
export type { ComparedRow } from '../comparisons/row-statistics.js'
export type { PredictedClass, RunPrediction, RunPredictionsInput } from '../comparisons/run-predictions.js'
export type { RowDifference } from '../comparisons/side-by-side.js'
export { bucketFilesOf, isBucket } from '../datasets/bucket-files.js'
export type { AddImagesResult, PromptedDataset } from '../datasets/datasets.js'
export type { FeatureProblems } from '../datasets/feature-problems.js'
export type { FeatureEvents } from '../datasets/feature-source.js'
export type { ImageInput } from '../datasets/image-input.js'
export type {
  ImportOptions,
  LabelOptions,
} from '../datasets/importing/import-options.js'
export type { ImportPlan, PlannedClass } from '../datasets/importing/import-plan.js'
export type { ImportPathOptions, ImportResult } from '../datasets/importing/imports.js'
export type { DatasetProblem, ProblemKind } from '../datasets/problems.js'
export { templateSets } from '../datasets/prompt-templates.js'
export type { Encoder } from '../encoders/encoder.js'
export { addedModelsFolder, readModelFolders } from '../encoders/encoders.js'
export { addModel } from '../encoders/hub/add.js'
export { type Precision, precisions } from '../encoders/manifest.js'
export type { ClassDelta } from '../evaluation/class-deltas.js'
export type { DisagreementKind } from '../evaluation/disagreements.js'
export { confusionOf, perClassAccuracyOf } from '../evaluation/metrics.js'
export type { Coefficient } from '../evaluation/overlap/correlation.js'
export type { PairwiseTest } from '../evaluation/pairwise.js'
export type { Confidence, Rival } from '../evaluation/recommendation.js'
export { formatP, type NameOf } from '../evaluation/recommendation-text.js'
export { type ReliabilityBin, readReliability, reliabilityOf } from '../evaluation/reliability.js'
export type { PredictionOrder, PredictionOutcome } from '../evaluation/select-predictions.js'
export type { SetSummary, UnknownSummary } from '../evaluation/set-summary.js'
export type { Statistic } from '../evaluation/statistics/statistic.js'
export { type SuggestionStrategy, suggestionStrategies } from '../evaluation/suggest-images.js'
export type { SummaryRow } from '../evaluation/summary.js'
export { type FeatureFile, readFeatureFile } from '../features/feature-file.js'
export { readGenericFeatures } from '../features/generic-file.js'
export type { Generics, SourceInfo } from '../generic/generics.js'
export { contentTypeOf, type ImageFormat } from '../images/format.js'
export { shiftKinds, shiftStrengths } from '../images/shift-kinds.js'
export { maxThumbnailSize, minThumbnailSize, requireThumbnailSize } from '../images/thumbnail-size.js'
export type { JobCounts } from '../jobs/job-queue.js'
export { colorOf, type PlotColor } from '../methods/colors.js'
export { type Hyperparameter, linspace, type Method, type Paper, rangeOf } from '../methods/contract.js'
export { formulaOf, symbolOf } from '../methods/formula.js'
export { loadRegistry } from '../plugins/load-registry.js'
export { surviveStrayErrors } from '../plugins/stray-errors.js'
export { type HubDataset, parseHubDataset } from '../sources/hub/hub-dataset.js'
export { type ImageFilesOf, imageFilesOf, type ReadFile } from '../sources/image-files-of.js'
export { type ClassFrom, classFolderChoices } from '../sources/layout.js'
export { defaultSplitRule, type SplitRule } from '../sources/split-rule.js'
export { splitNamed } from '../sources/well-known-names.js'
export type { FeatureSpace } from '../spaces/contract.js'
export { type LineStyle, lineStyleOf } from '../spaces/line-style.js'
export { changeKinds } from '../store/change-detail.js'
export type { ChangedDataset } from '../store/changed-dataset.js'
export type { ClassifierJobRow } from '../store/classifier-jobs.js'
export type { ClassifierRow, ClassifierVersionRow } from '../store/classifiers.js'
export type { ComparisonFilter, ComparisonOrder } from '../store/comparison-page.js'
export type { ComparisonRow } from '../store/comparisons.js'
export type { ClassificationPartRow, DatasetClassificationRow } from '../store/dataset-classifications.js'
export { imagePageRequest } from '../store/dataset-images.js'
export type { DatasetFilter, DatasetOrder } from '../store/dataset-page.js'
export type { ClassRow, DatasetImageRow, DatasetRow, SplitCountRow } from '../store/datasets.js'
export {
  ClassificationFormat,
  ClassifierJobKind,
  Drawing,
  JobStatus,
  KlScaling,
  Search,
  Selection,
  Split,
} from '../store/enums.js'
export { imageIdOf } from '../store/image-files.js'
export type { ClassCountRow } from '../store/image-lists.js'
export type { ImageRow } from '../store/images.js'
export { type ImportRow, maxRejectedListed, type RejectedFileRow, type WarningRow } from '../store/imports.js'
export type { ClassRange } from '../store/many-classes.js'
export { type Page, type PageRequest, pageOfPlaces } from '../store/page.js'
export type { Direction } from '../store/read-page.js'
export type { DatasetChangeRow } from '../store/recorded-changes.js'
export type { RunFilter, RunOrder } from '../store/run-page.js'
export { type ClassSizes, encodersOf, type RunRow } from '../store/runs.js'
export type { SupportSetRow } from '../store/support-sets.js'
export type { TimeRange } from '../store/time-range.js'
export type { TrainingRow } from '../store/trainings.js'
export { createKernels } from '../tensor/kernels.js'
export { openRuntime } from '../tensor/runtime.js'
export { objectiveNames, type TrainingSettingsInput, trainingDefaults } from '../training/settings.js'
export {
  defaultMethods,
  defaultSelection,
  evaluateFeatures,
  type FeatureEvaluation,
} from './evaluate-features.js'
export { type Library, type OpenedLibrary, openLibrary } from './library.js'
export { allKinds, type SharedWork } from './sharing.js'

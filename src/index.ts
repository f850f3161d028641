// What programs and plugins import as `shotboard`.

export { buildCache } from './cache/cache.js'
export type { Batch, Cache, Need } from './cache/contract.js'
export { type SharedName, sharedName } from './cache/derived.js'
export { type Encoder, openEncoder } from './encoders/encoder.js'
export { ShotboardError } from './errors.js'
export { type Evaluation, type EvaluationOptions, evaluate } from './evaluation/evaluate.js'
export { type FitOptions, type FittedMethod, fitMethod, scoreQueries } from './evaluation/fit.js'
export type { KlScaling, Search, Selection } from './evaluation/protocol.js'
export {
  estimateMean,
  intervalOf,
  type Outcomes,
  proportionInterval,
} from './evaluation/statistics/crossed-design.js'
export { type Difference, testDifference } from './evaluation/statistics/difference.js'
export { mcnemar } from './evaluation/statistics/mcnemar.js'
export type { Statistic } from './evaluation/statistics/statistic.js'
export { type FeatureFile, parseFeatureFile, readFeatureFile } from './features/feature-file.js'
export type { LabelledImages } from './features/labelled-images.js'
export type { Patches } from './features/patches.js'
export type { Prompts } from './features/prompts.js'
export type { SpaceFeatures } from './features/space-features.js'
export type { Support } from './features/support.js'
export {
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureEvaluationOptions,
} from './library/evaluate-features.js'
export { type Library, type OpenedLibrary, openLibrary } from './library/library.js'
export type { LibrarySettings } from './library/settings.js'
export type { PlotColor } from './methods/colors.js'
export {
  defineMethod,
  type GraphOf,
  geomspace,
  type Hyperparameter,
  inSpace,
  linspace,
  type Method,
  type ScoredMethod,
  type SumMethod,
  shape,
  type Term,
  type Values,
  weight,
} from './methods/contract.js'
export { papers } from './methods/papers.js'
export { cacheAffinity } from './methods/terms/cache-affinity.js'
export { classPrototype } from './methods/terms/class-prototype.js'
export {
  discriminantLogits,
  fitDiscriminant,
  gaussianDiscriminant,
} from './methods/terms/gaussian-discriminant.js'
export { textDistributionKl } from './methods/terms/text-distribution-kl.js'
export { zeroShot } from './methods/terms/zero-shot.js'
export { builtin } from './plugins/builtin.js'
export type { Plugin } from './plugins/plugin.js'
export { createRegistry, type Registry } from './plugins/registry.js'
export { type RunningServer, startServer } from './server.js'
export { readSettings, type Settings } from './settings/settings.js'
export {
  defineSpace,
  type FeatureSpace,
  type FittedSpace,
  type LabelledFeatures,
  type SpaceHyperparameter,
  type SpaceSupport,
} from './spaces/contract.js'
export { classMeans, type Deviations, deviationsOf } from './spaces/fitting/scatter.js'
export type { Dash, Marker } from './spaces/line-style.js'
export {
  createKernels,
  type Graph,
  type KernelInput,
  type Kernels,
  operator,
} from './tensor/kernels.js'
export {
  gatherRows,
  type Matrix,
  mapMatrix,
  matrix,
  meanRow,
  rowOf,
  sliceRows,
  stackRows,
  transposed,
  unitRows,
} from './tensor/matrix.js'
export { elementType, type Shape } from './tensor/onnx/graph.js'
export { type Constant, chained, type Piece, runPiece } from './tensor/piece.js'
export { openRuntime, type Runtime } from './tensor/runtime.js'
export { readSafetensors, writeSafetensors } from './tensor/safetensors.js'
export { version } from './version.js'

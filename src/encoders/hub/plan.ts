import { errors } from '../../errors.js'
import { suffixes } from '../layouts/hub.js'
import { immichFiles } from '../layouts/immich.js'
import type { Precision } from '../manifest.js'

/** A file of a model, as its repository or folder lists it. */
export interface ModelFile {
  readonly path: string
  readonly size: number
}

/** Files that are fetched if they exist. */
const optional = [
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer_config.json',
  'open_clip_config.json',
  'config.json',
]

/**
 * The files of a model that Shotboard needs in a precision. Throws MODEL_INCOMPLETE with the missing files.
 */
export function filesNeeded<F extends ModelFile>(
  model: string,
  offered: readonly F[],
  precision: Precision,
): readonly F[] {
  const byPath = new Map(offered.map((file) => [file.path, file]))
  if (byPath.has(immichFiles.vision)) return immichFilesNeeded(model, byPath, precision)
  const suffix = suffixes[precision].find((each) => byPath.has(`onnx/vision_model${each}.onnx`))
  const has = (precision: Precision) =>
    suffixes[precision].some((each) => byPath.has(`onnx/vision_model${each}.onnx`))
  const others = (Object.keys(suffixes) as Precision[]).filter(has)
  const openClip = byPath.has('open_clip_config.json')
  const missing = [
    ...(openClip || byPath.has('config.json') ? [] : ['config.json or open_clip_config.json']),
    ...(openClip || byPath.has('preprocessor_config.json') || byPath.has('processor_config.json')
      ? []
      : ['preprocessor_config.json or processor_config.json']),
    ...(byPath.has('tokenizer.json') ? [] : ['tokenizer.json']),
    ...(suffix === undefined
      ? [
          `onnx/vision_model${suffixes[precision][0]}.onnx` +
            (others.length > 0 ? ` (it has ${others.join(', ')}: choose with --precision)` : ''),
        ]
      : []),
    ...(suffix === undefined || byPath.has(`onnx/text_model${suffix}.onnx`)
      ? []
      : [`onnx/text_model${suffix}.onnx`]),
  ]
  if (missing.length > 0 || suffix === undefined) throw errors.modelIncomplete({ model, missing })
  const graphs = ['vision', 'text'].map((tower) => `onnx/${tower}_model${suffix}.onnx`)
  const wanted = [...optional, 'tokenizer.json', ...graphs, ...graphs.map((graph) => `${graph}_data`)]
  return wanted.flatMap((path) => byPath.get(path) ?? [])
}

/** The same for immich's layout, which has each graph in one precision. */
function immichFilesNeeded<F extends ModelFile>(
  model: string,
  byPath: ReadonlyMap<string, F>,
  precision: Precision,
): readonly F[] {
  const missing = [
    ...Object.values(immichFiles).filter((path) => !byPath.has(path)),
    ...(precision === 'fp32' ? [] : [`graphs in ${precision} (it has fp32: choose with --precision)`]),
  ]
  if (missing.length > 0) throw errors.modelIncomplete({ model, missing })
  const graphs = [immichFiles.vision, immichFiles.text]
  const weights = graphs.flatMap((graph) => [`${graph}_data`, `${graph}.data`])
  const wanted = [...Object.values(immichFiles), 'textual/tokenizer_config.json', ...weights]
  return wanted.flatMap((path) => byPath.get(path) ?? [])
}

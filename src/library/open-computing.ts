import type { AdapterFolder } from '../encoders/adapters/added-adapters.js'
import { type Encoders, openEncoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { type ImageWorkers, maxImageProcesses, openImageWorkers } from '../images/workers/image-workers.js'
import type { Cleanup } from '../system/cleanup.js'
import { type ProcessorKind, processorKind } from '../system/processor-kind.js'
import { createKernels, type Kernels } from '../tensor/kernels.js'
import { openRuntime, type Runtime } from '../tensor/runtime.js'
import type { LibrarySettings } from './settings.js'

/** Everything that computes: encoders, their adapters, and the kernels of methods and spaces. */
export interface Computing {
  readonly encoders: Encoders
  readonly adapterFolder: AdapterFolder
  readonly kernels: Kernels
  /** The kind of processor that makes features here. */
  readonly processor: ProcessorKind
  /** Decodes images, for everything that needs their pixels. */
  readonly imageWorkers: ImageWorkers
  /** Opens a computing thread with the execution providers of the encoders, for a training. */
  openTrainingRuntime(): Runtime
}

/**
 * Starts two computing threads, so that a search does not wait while images are encoded and encoding does not wait for a
 * search, and opens the encoders. Throws PROVIDER_UNAVAILABLE, INVALID_MODEL or UNKNOWN_ENCODER.
 */
export async function openComputing(
  settings: LibrarySettings,
  cleanup: Cleanup,
  adapterFolder: AdapterFolder,
): Promise<Computing> {
  const { threads, executionProviders: providers } = settings
  const [encoding, computing] = [openRuntime({ threads, providers }), openRuntime({ threads })]
  cleanup.add(encoding.close)
  cleanup.add(computing.close)
  await requireProviders(encoding, providers)
  const found = processorKind(providers[0] ?? 'cpu')
  const processor = { ...found, name: settings.processor ?? found.name }
  const maxProcesses = Math.min(encoding.threads, maxImageProcesses)
  const imageWorkers = openImageWorkers({
    maxProcesses,
    readCutShort: settings.cutShortImages === 'read',
  })
  cleanup.add(imageWorkers.close)
  return {
    imageWorkers,
    processor,
    encoders: await openEncoders(settings, settings.encoder, encoding, {
      idleMinutes: settings.encoderIdleMinutes,
      adapterFolder,
      images: imageWorkers,
      processor: processor.name,
    }),
    adapterFolder,
    kernels: createKernels(computing),
    openTrainingRuntime: () => openRuntime({ threads, providers }),
  }
}

/** Throws PROVIDER_UNAVAILABLE. The processor is always available; other providers need ONNX Runtime to be loaded. */
async function requireProviders(
  runtime: Runtime,
  wanted: LibrarySettings['executionProviders'],
): Promise<void> {
  const others = wanted.filter((provider) => provider !== 'cpu')
  const known = others.length > 0 ? await runtime.providers() : []
  for (const provider of others) {
    if (!known.includes(provider)) throw errors.providerUnavailable({ provider, known })
  }
}

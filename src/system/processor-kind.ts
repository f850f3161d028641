import { readFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'

/** What computes on this machine. The same model gives slightly different features where the name differs. */
export interface ProcessorKind {
  /** Such as `cpu-x64-avx512-vnni`: the execution provider, the architecture and the instructions that it uses. */
  readonly name: string
  /** The processor's name, for people. */
  readonly model: string
}

/** The kind whose features a server of an encoder makes, wherever it is asked from. */
export const remoteKind = 'remote'

/**
 * The kind of this machine's processor with an execution provider. Where the system does not say which instructions there are,
 * the processor's model takes their place.
 */
export function processorKind(provider: string): ProcessorKind {
  const model = cpus()[0]?.model.trim() ?? ''
  const instructions = instructionsOf(arch(), flagsIn(cpuInfo())) ?? (wordOf(model) || 'unknown')
  return { name: `${provider}-${arch()}-${instructions}`, model }
}

/** Flags of `/proc/cpuinfo` that choose the routines of ONNX Runtime, from the latest to the earliest. */
const levels = [
  ['avx512f', 'avx512'],
  ['avx2', 'avx2'],
  ['avx', 'avx'],
] as const
const vnni = ['avx512_vnni', 'avx_vnni']

/** The widest instructions of a processor; undefined if its flags are not known. */
export function instructionsOf(architecture: string, flags: ReadonlySet<string>): string | undefined {
  // Every 64-bit ARM has them.
  if (architecture === 'arm64') return flags.has('sve') ? 'sve' : 'neon'
  if (flags.size === 0) return undefined
  const widest = levels.find(([flag]) => flags.has(flag))?.[1] ?? 'sse'
  // Without it, products of 8-bit numbers can overflow, and so are others.
  return vnni.some((flag) => flags.has(flag)) ? `${widest}-vnni` : widest
}

export function flagsIn(info: string): ReadonlySet<string> {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(info)?.[1] ?? ''
  return new Set(line.split(' ').filter((flag) => flag !== ''))
}

/** Empty but on Linux. */
function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

const wordOf = (model: string): string =>
  model
    .toLowerCase()
    .replaceAll(/\((?:r|tm)\)|cpu|processor/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

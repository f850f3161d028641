import { errors, type ShotboardError } from '../../errors.js'
import type { ClassFrom, LayoutRequest } from '../../sources/layout.js'
import { defaultSplitRule, type SplitRule } from '../../sources/split-rule.js'
import type { ImportLayoutRow, WarningRow } from '../../store/imports.js'

/** The file of labels, and its columns. What is left out is found by looking. */
export interface LabelOptions {
  /** A .csv, .tsv, .jsonl or .json file in the source. From the local disk, it may also lie elsewhere. */
  readonly file?: string | null | undefined
  readonly pathColumn?: string | null | undefined
  readonly labelColumn?: string | null | undefined
  readonly splitColumn?: string | null | undefined
}

export interface ImportOptions {
  /** The dataset's name. Default: the name in `dataset.json`, or else the name of the folder or archive. */
  readonly name?: string | null
  /** How to split images that are in no split. Missing values take their defaults. */
  readonly splitRule?: Partial<SplitRule> | null
  /** Whether an existing dataset takes the prompts of `dataset.json`. Otherwise it keeps its own. */
  readonly updatePrompts?: boolean
  readonly labels?: LabelOptions | null
  /** TOP (default): the folder below the split or the root names the class. PARENT: the folder nearest to the image. */
  readonly classFrom?: ClassFrom | null
}

export const warningOf = ({ code, message }: ShotboardError): WarningRow => ({ code, text: message })

/** Throws INVALID_VALUE with the argument at fault. */
export function parseOptions({ name, splitRule, updatePrompts = false, labels, classFrom }: ImportOptions) {
  const given = Object.entries(splitRule ?? {}).filter(([, value]) => value != null)
  const rule: SplitRule = { ...defaultSplitRule, ...Object.fromEntries(given) }
  const trimmed = name?.trim() ?? null
  if (trimmed === '') throw errors.invalidValue({ reason: "A dataset's name must not be empty." }, 'name')
  requireSplitRule(rule)
  const layout: ImportLayoutRow = {
    ...(classFrom != null && { classFrom }),
    ...(labels != null && { labels: parseLabels(labels) }),
  }
  return { name: trimmed, splitRule: rule, updatePrompts, layout }
}

/** Throws INVALID_VALUE for an empty text: a column or a file cannot be called so. */
function parseLabels(labels: LabelOptions): NonNullable<ImportLayoutRow['labels']> {
  const given = Object.entries(labels).filter((entry): entry is [string, string] => entry[1] != null)
  for (const [name, text] of given) {
    if (text.trim() !== '') continue
    throw errors.invalidValue(
      { reason: `${name} must not be empty. Leave it out to find it by looking.` },
      `labels.${name}`,
    )
  }
  return Object.fromEntries(given)
}

/** A stored layout as `layOut` takes it. */
export function layoutOf({ classFrom, labels }: ImportLayoutRow = {}): Omit<LayoutRequest, 'splitRule'> {
  const { file, pathColumn, labelColumn, splitColumn } = labels ?? {}
  return {
    ...(classFrom && { classFrom }),
    labels: { file, columns: { path: pathColumn, label: labelColumn, split: splitColumn } },
  }
}

function requireSplitRule({ seed, ...shares }: SplitRule): void {
  for (const [name, share] of Object.entries(shares)) {
    if (share >= 0 && share <= 1) continue
    throw errors.invalidValue({ reason: `A share must be from 0 to 1, not ${share}.` }, `splitRule.${name}`)
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0)
  if (Math.abs(sum - 1) > 1e-6) {
    throw errors.invalidValue({ reason: `The shares must add up to 1, not ${sum}.` }, 'splitRule')
  }
  if (Number.isInteger(seed) && Math.abs(seed) < 2 ** 31) return
  throw errors.invalidValue({ reason: `A seed must be a 32-bit integer, not ${seed}.` }, 'splitRule.seed')
}

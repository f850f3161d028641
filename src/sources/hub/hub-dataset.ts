import { errors, type ShotboardError } from '../../errors.js'

/** A dataset of the Hugging Face hub, and which part of it. */
export interface HubDataset {
  /** Such as `uoft-cs/cifar10`. */
  readonly repository: string
  /** A branch, a tag or a commit. */
  readonly revision: string
  /** The name of a configuration, where it has several. */
  readonly config?: string | undefined
  /** The names of splits, as the dataset has them; all by default. */
  readonly splits?: readonly string[] | undefined
}

const prefix = 'hf:'
const repositoryName = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/
const revisionName = /^[\w.-]+(\/[\w.-]+)*$/

/** Whether a path is meant as a dataset of the hub. */
export const isHubDataset = (path: string): boolean => path.startsWith(prefix)

/** Reads `hf:owner/name` or `hf:owner/name@revision`. Throws INVALID_VALUE. */
export function parseHubDataset(
  text: string,
  { config, splits }: Pick<HubDataset, 'config' | 'splits'> = {},
): HubDataset {
  const wrong = (): ShotboardError =>
    errors.invalidValue(
      {
        reason: `${JSON.stringify(text)} is no dataset of the hub; write hf:owner/name or hf:owner/name@revision.`,
      },
      'source',
    )
  if (!isHubDataset(text)) throw wrong()
  const [repository = '', revision = 'main', ...more] = text.slice(prefix.length).split('@')
  if (!repositoryName.test(repository) || !revisionName.test(revision) || more.length > 0) {
    throw wrong()
  }
  return { repository, revision, config, splits }
}

/** As `parseHubDataset` reads it. */
export const formatHubDataset = ({ repository, revision }: HubDataset): string =>
  `${prefix}${repository}@${revision}`

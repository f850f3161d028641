import type { CombinedError } from 'urql'
import { type Problem, problemsOf } from '../api/problem'
import { Notice } from './notice'

/** The errors of the API. */
export function Problems({ error }: { readonly error: CombinedError | undefined }) {
  return <ProblemList problems={problemsOf(error)} />
}

export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  return (
    <Notice tone="bad">
      {problems.map(({ message, code }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown as a whole and never changes in part.
        <p key={i} data-code={code}>
          {message}
        </p>
      ))}
    </Notice>
  )
}

import { Fragment } from 'react'
import type { MethodStyleFragment, SpaceStyleFragment } from '../api/generated'
import { styleOf } from '../design/style-of'
import styles from './method-name.module.css'
import { SeriesMark } from './series-mark'

interface Named {
  readonly id: string
  readonly name: string
}

/** A method and its space, with their mark from the charts. */
export function MethodName({
  method,
  space,
}: {
  readonly method: Named & MethodStyleFragment
  readonly space: (Named & SpaceStyleFragment) | null
}) {
  return (
    <span className={styles.name}>
      <SeriesMark {...styleOf(method, space)} />
      <span>
        <span className={styles.method}>{method.name}</span>
        {space && (
          <span className={styles.space}>
            {' in '}
            {space.id.split('+').map((part, at) => (
              <Fragment key={part}>
                {at > 0 && (
                  <>
                    +<wbr />
                  </>
                )}
                {part}
              </Fragment>
            ))}
          </span>
        )}
      </span>
    </span>
  )
}

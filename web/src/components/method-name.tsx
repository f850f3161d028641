import styles from './method-name.module.css'
import { SeriesMark } from './series-mark'

interface Named {
  readonly id: string
  readonly name: string
}

/** A method and its space, with their mark from the charts. */
export function MethodName({ method, space }: { readonly method: Named; readonly space: Named | null }) {
  return (
    <span className={styles.name}>
      <SeriesMark method={method.id} space={space?.id ?? null} />
      <span>
        <span className={styles.method}>{method.name}</span>
        {space && <span className={styles.space}> in {space.id}</span>}
      </span>
    </span>
  )
}

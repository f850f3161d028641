import { type ReactNode, useId } from 'react'
import styles from './card.module.css'

/** A section of a page with a heading. */
export function Card({
  title,
  note,
  tools,
  flush = false,
  children,
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly tools?: ReactNode
  /** Whether the content reaches the edges, as a table does. */
  readonly flush?: boolean
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.card}>
      <div className={styles.head}>
        <div className={styles.title}>
          <h2 id={id}>{title}</h2>
          {note !== undefined && <p>{note}</p>}
        </div>
        {tools !== undefined && <div className={styles.tools}>{tools}</div>}
      </div>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  )
}

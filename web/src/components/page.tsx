import { type ReactNode, useEffect } from 'react'
import styles from './page.module.css'

/** A page with title, actions, and sections. */
export function Page({
  title,
  above,
  note,
  actions,
  children,
}: {
  readonly title: string
  /** Content above the title, such as a link to the parent page. */
  readonly above?: ReactNode
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Shotboard`
  }, [title])
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div className={styles.title}>
          {above !== undefined && <div className={styles.above}>{above}</div>}
          <h1>{title}</h1>
          {note !== undefined && <div className={styles.note}>{note}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  )
}

import type { ReactNode } from 'react'
import styles from './notice.module.css'

export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: 'bad' | 'warn' | 'good' | 'plain'
  readonly title?: string
  readonly children?: ReactNode
}) {
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={`${styles.notice} ${styles[tone]}`}>
      {title !== undefined && <strong>{title}</strong>}
      {children !== undefined && <div>{children}</div>}
    </div>
  )
}

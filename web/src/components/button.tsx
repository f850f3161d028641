import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'wouter'
import { localPath } from '../api/local-path'
import styles from './button.module.css'

type Tone = 'primary' | 'plain' | 'quiet' | 'danger'

export function Button({
  tone = 'plain',
  ...properties
}: { readonly tone?: Tone } & Omit<ComponentProps<'button'>, 'className'>) {
  return <button type="button" {...properties} className={`${styles.button} ${styles[tone]}`} />
}

/** A link that looks like a button. */
export function ButtonLink({
  tone = 'plain',
  href,
  children,
}: {
  readonly tone?: Tone
  readonly href: string
  readonly children: ReactNode
}) {
  return (
    <Link href={href} className={`${styles.button} ${styles[tone]}`}>
      {children}
    </Link>
  )
}

/** A link that downloads a file of the service. */
export function DownloadLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <a href={localPath(href)} download className={`${styles.button} ${styles.plain}`}>
      <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12">
        <path
          d="M6 1v7M3 5.4 6 8.4l3-3M1.5 11h9"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span className="visually-hidden">Export as </span>
      {children}
    </a>
  )
}

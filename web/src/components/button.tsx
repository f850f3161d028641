import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'wouter'
import styles from './button.module.css'

type Tone = 'primary' | 'plain' | 'quiet' | 'danger'

export function Button({
  tone = 'plain',
  ...properties
}: { readonly tone?: Tone } & Omit<ComponentProps<'button'>, 'className'>) {
  return <button type="button" {...properties} className={`${styles.button} ${styles[tone]}`} />
}

/** A link that looks like a button: it leads somewhere, and does nothing else. */
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

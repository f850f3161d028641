import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { useConnection } from '../api/connection'
import { SchemeSwitch } from './scheme-switch'
import styles from './shell.module.css'

const nouns = [
  { href: '/datasets', label: 'Datasets' },
  { href: '/compare', label: 'Compare' },
  { href: '/classifiers', label: 'Classifiers' },
  { href: '/try', label: 'Try' },
  { href: '/overlap', label: 'Overlap' },
  { href: '/methods', label: 'Methods' },
]

/** The frame of every page: navigation and connection status. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation()
  const { lost } = useConnection()
  return (
    <>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link href="/" className={styles.brand} aria-label="Shotboard: latest comparison">
            <img src="/icon.svg" alt="" width={24} height={24} />
            <span>Shotboard</span>
          </Link>
          <nav aria-label="Main" className={styles.nav}>
            {nouns.map(({ href, label }) => (
              <Link
                key={href}
                href={href}
                className={styles.link}
                aria-current={location.startsWith(href) ? 'page' : undefined}
              >
                {label}
              </Link>
            ))}
          </nav>
          <div className={styles.tools}>
            <a className={styles.api} href="/graphql">
              API
            </a>
            <SchemeSwitch />
          </div>
        </div>
      </header>
      <div role="status" className={lost ? styles.lost : undefined}>
        {lost && 'The connection to Shotboard is lost. The data shown may be old. Reconnecting…'}
      </div>
      <main id="content" tabIndex={-1} className={styles.main}>
        {children}
      </main>
    </>
  )
}

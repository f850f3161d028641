import styles from './methods.module.css'

export function PaperLink({
  paper,
}: {
  readonly paper: { readonly title: string; readonly url: string } | null
}) {
  if (!paper) return null
  return (
    <a className={styles.paper} href={paper.url} target="_blank" rel="noreferrer">
      {paper.title} <span className="visually-hidden">(opens in a new tab)</span>
    </a>
  )
}

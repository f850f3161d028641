import 'katex/dist/katex.min.css'
import katex from 'katex'
import { useMemo } from 'react'
import styles from './typeset.module.css'

/** TeX as HTML, with MathML for screen readers. Invalid TeX is shown as text, in red. */
export function Typeset({ tex, display = false }: { readonly tex: string; readonly display?: boolean }) {
  const html = useMemo(
    () => katex.renderToString(tex, { displayMode: display, throwOnError: false, trust: false }),
    [tex, display],
  )
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes what it is given and, untrusted, makes no links.
  return <span className={display ? styles.display : undefined} dangerouslySetInnerHTML={{ __html: html }} />
}

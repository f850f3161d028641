import { lazy, Suspense } from 'react'

const Typeset = lazy(async () => ({ default: (await import('./typeset')).Typeset }))

/** TeX, typeset; the typesetter is loaded when the first formula is shown. */
export function Formula({ tex, display = false }: { readonly tex: string; readonly display?: boolean }) {
  return (
    <Suspense fallback={<code>{tex}</code>}>
      <Typeset tex={tex} display={display} />
    </Suspense>
  )
}

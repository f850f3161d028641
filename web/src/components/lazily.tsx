import { type ComponentType, useEffect, useState } from 'react'

/**
 * A component that is loaded when it is first shown. Shows `Meanwhile` until then. If loading fails, it throws the
 * error when shown, and tries again the next time.
 *
 * Unlike React's `lazy`: after the fallback of `Suspense`, React delays the content, and so its queries, by 300 ms.
 */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Meanwhile: ComponentType<P>,
): ComponentType<P> {
  let loaded: ComponentType<P> | undefined
  return function Lazily(props: P) {
    const [Component, setComponent] = useState(() => loaded)
    const [failure, setFailure] = useState<{ readonly error: unknown }>()
    useEffect(() => {
      if (Component) return
      let gone = false
      load().then(
        (component) => {
          loaded = component
          if (!gone) setComponent(() => component)
        },
        (error) => {
          if (!gone) setFailure({ error })
        },
      )
      return () => {
        gone = true
      }
    }, [Component])
    if (failure) throw failure.error
    return Component ? <Component {...props} /> : <Meanwhile {...props} />
  }
}

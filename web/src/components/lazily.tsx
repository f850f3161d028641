import { type ComponentType, useEffect, useState } from 'react'

/**
 * A component that is loaded when it is first shown; `Meanwhile` stands in its place until then. Throws, when shown, what
 * kept it from being loaded; shown anew, it tries again.
 *
 * Not React's `lazy`: once a fallback of `Suspense` has been shown, React holds back what it stands for, and with it the
 * queries that it would send, until 300 ms have passed.
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

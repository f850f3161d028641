import { Component, type ReactNode } from 'react'
import { Notice } from '../components/notice'

/** Shows the error that a page throws. The rest of the dashboard stays usable. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | undefined }
> {
  override readonly state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <Notice tone="bad" title="This page failed">
        {error.message} Try to reload the page. If that does not help, please report it as a bug in Shotboard.
      </Notice>
    )
  }
}

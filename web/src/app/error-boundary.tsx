import { Component, type ReactNode } from 'react'
import { Notice } from '../components/notice'

/** What a page throws is told in its place; the rest of the dashboard stays usable. */
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
      <Notice tone="bad" title="This page has failed">
        {error.message} Loading it again may help; if it does not, it is a fault of Shotboard's.
      </Notice>
    )
  }
}

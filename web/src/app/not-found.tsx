import { Link } from 'wouter'
import { EmptyState } from '../components/empty-state'

export function NotFound() {
  return (
    <EmptyState title="Page not found">
      Its content may have been deleted. <Link href="/">Go to the latest comparison</Link>.
    </EmptyState>
  )
}

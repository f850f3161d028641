import { Link } from 'wouter'
import { EmptyState } from '../components/empty-state'

export function NotFound() {
  return (
    <EmptyState title="There is no such page">
      Perhaps what it showed has been deleted. <Link href="/">Go to the latest comparison</Link>.
    </EmptyState>
  )
}

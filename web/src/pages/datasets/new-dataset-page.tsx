import { Link } from 'wouter'
import { Page } from '../../components/page'

export function NewDatasetPage() {
  return (
    <Page title="New dataset" above={<Link href="/datasets">All datasets</Link>}>
      {null}
    </Page>
  )
}

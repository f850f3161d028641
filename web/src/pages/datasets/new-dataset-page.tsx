import { Link } from 'wouter'
import { useUrlState } from '../../app/url-state'
import { Page } from '../../components/page'
import { ImportForm } from './import-form'
import { ImportProgress } from './import-progress'

/** A dataset from a folder or an archive: choosing it, and then how far its import is. */
export function NewDatasetPage() {
  const [url, setUrl] = useUrlState()
  const running = url.get('import')
  return (
    <Page
      title="New dataset"
      above={<Link href="/datasets">All datasets</Link>}
      note="A folder of images for each class is enough. Importing the same again adds only what is new."
    >
      {running === null ? (
        <ImportForm onStart={(id) => setUrl({ import: id })} />
      ) : (
        <ImportProgress id={running} onAnother={() => setUrl({ import: undefined })} />
      )}
    </Page>
  )
}

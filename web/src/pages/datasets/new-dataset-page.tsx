import { Link } from 'wouter'
import { useUrlState } from '../../app/url-state'
import { Page } from '../../components/page'
import { ImportForm } from './import-form'
import { ImportProgress } from './import-progress'

/** Imports a dataset from a folder or an archive: first the form, then the progress. */
export function NewDatasetPage() {
  const [url, setUrl] = useUrlState()
  const running = url.get('import')
  return (
    <Page
      title="New dataset"
      above={<Link href="/datasets">All datasets</Link>}
      note="You need one folder of images per class, or a file of labels. Importing the same again adds only new images."
    >
      {running === null ? (
        <ImportForm onStart={(id) => setUrl({ import: id })} />
      ) : (
        <ImportProgress id={running} onAnother={() => setUrl({ import: undefined })} />
      )}
    </Page>
  )
}

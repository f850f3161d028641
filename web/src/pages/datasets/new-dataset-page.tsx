import { Link } from 'wouter'
import { useUrlState } from '../../app/url-state'
import { Button } from '../../components/button'
import { Page } from '../../components/page'
import { HubForm } from './hub-form'
import { ImportForm } from './import-form'
import { ImportProgress } from './import-progress'

/** Imports a dataset from a folder, an archive or the Hugging Face hub: first the form, then the progress. */
export function NewDatasetPage() {
  const [url, setUrl] = useUrlState()
  const running = url.get('import')
  const isFromHub = url.get('from') === 'hub'
  const start = (id: string) => setUrl({ import: id })
  return (
    <Page
      title="New dataset"
      above={<Link href="/datasets">All datasets</Link>}
      note="You need one folder of images per class, or a file of labels. Importing the same again adds only new images."
      actions={
        running === null && (
          <Button onClick={() => setUrl({ from: isFromHub ? undefined : 'hub' })}>
            {isFromHub ? 'From this computer' : 'From the Hugging Face hub'}
          </Button>
        )
      }
    >
      {running !== null ? (
        <ImportProgress id={running} onAnother={() => setUrl({ import: undefined })} />
      ) : isFromHub ? (
        <HubForm onStart={start} />
      ) : (
        <ImportForm onStart={start} />
      )}
    </Page>
  )
}

import { useState } from 'react'
import { useUrlState } from '../../app/url-state'
import { Page } from '../../components/page'
import { ChosenTrial } from './chosen-trial'
import { ComparedTrial } from './compared-trial'

/** Classifies one image with several methods: with those of a comparison, or with chosen ones. */
export function TryPage() {
  const [url] = useUrlState()
  const [file, setFile] = useState<File>()
  const comparison = url.get('comparison')
  return (
    <Page
      title="Try"
      note="Drop or paste an image, or choose a test image. See the predictions of all methods side by side, and the reasons for them."
    >
      {comparison === null ? (
        <ChosenTrial file={file} onFile={setFile} />
      ) : (
        <ComparedTrial key={comparison} id={comparison} file={file} onFile={setFile} />
      )}
    </Page>
  )
}

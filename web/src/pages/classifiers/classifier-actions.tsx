import { useState } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { type ClassifierOnPageFragment, DeleteClassifierDocument } from '../../api/generated'
import { Button, ButtonLink, DownloadLink } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { lazily } from '../../components/lazily'
import { Problems } from '../../components/problems'
import { plural } from '../../design/format'

// Dialogs are loaded when one is opened.
const EvaluateClassifier = lazily(
  async () => (await import('./evaluate')).EvaluateClassifier,
  () => null,
)

/** What can be done with a classifier. */
export function ClassifierActions({ classifier }: { readonly classifier: ClassifierOnPageFragment }) {
  const { id, name, version } = classifier
  const [evaluating, setEvaluating] = useState(false)
  const [asking, setAsking] = useState(false)
  const unlabelled = version.dataset?.unlabelled.totalCount ?? 0
  return (
    <>
      <Button onClick={() => setEvaluating(true)}>Evaluate</Button>
      <ButtonLink href={`/classifiers/${id}/datasets`}>Classify a dataset</ButtonLink>
      {version.dataset && unlabelled > 0 && (
        <ButtonLink href={`/datasets/${version.dataset.id}/label`}>
          {`Label ${plural(unlabelled, 'image')}`}
        </ButtonLink>
      )}
      <ButtonLink href={`/classifiers/${id}/offline`}>Try offline</ButtonLink>
      <DownloadLink href={version.exports.tar}>ONNX</DownloadLink>
      <Button onClick={() => setAsking(true)}>Delete</Button>
      {evaluating && <EvaluateClassifier id={id} name={name} onClose={() => setEvaluating(false)} />}
      {asking && <DeleteClassifier id={id} name={name} onClose={() => setAsking(false)} />}
    </>
  )
}

function DeleteClassifier({
  id,
  name,
  onClose,
}: {
  readonly id: string
  readonly name: string
  readonly onClose: () => void
}) {
  const [, navigate] = useLocation()
  const [{ fetching, error }, remove] = useMutation(DeleteClassifierDocument)
  async function confirm() {
    const { data } = await remove({ classifier: id })
    if (data) navigate('/classifiers')
  }
  return (
    <Dialog
      title={`Delete ${name}?`}
      note="All its versions are deleted. Programs that ask for it get an error."
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Problems error={error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="danger" disabled={fetching} onClick={confirm}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  )
}

import { useRef, useState } from 'react'
import { type CombinedError, useClient } from 'urql'
import {
  EvaluationOfJobDocument,
  type EvaluationOfJobQuery,
  StartClassifierEvaluationDocument,
} from '../../api/generated'
import { useChoices } from '../../api/use-choices'
import { Button } from '../../components/button'
import { Choice } from '../../components/choice'
import { type Column, DataTable } from '../../components/data-table'
import { Dialog, DialogActions } from '../../components/dialog'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { fixed, plural, pValue } from '../../design/format'
import { JobState, useClassifierJob } from './job'

type Evaluation = NonNullable<NonNullable<EvaluationOfJobQuery['classifierJob']>['evaluation']>
type Drift = NonNullable<Evaluation['drift']>[number]
type Which = 'TEST' | 'UNLABELLED'

/** Measures a classifier on a dataset, and tells whether it does as on its own test images. */
export function EvaluateClassifier({
  id,
  name,
  onClose,
}: {
  readonly id: string
  readonly name: string
  readonly onClose: () => void
}) {
  const client = useClient()
  const { datasets, error: unread } = useChoices()
  const [chosen, setChosen] = useState<string>()
  const [which, setWhich] = useState<Which>('TEST')
  const [answer, setAnswer] = useState<{ readonly data?: Evaluation; readonly error?: CombinedError }>({})
  /** Counts questions: an answer to an earlier one says nothing about what is chosen now. */
  const questions = useRef(0)
  const dataset = chosen ?? datasets?.[0]?.id
  const followed = useClassifierJob(async ({ id: job }) => {
    const question = questions.current
    const asked = client.query(EvaluationOfJobDocument, { id: job }, { requestPolicy: 'network-only' })
    const { data, error } = await asked
    if (question !== questions.current) return
    const evaluation = data?.classifierJob?.evaluation
    setAnswer({ ...(evaluation && { data: evaluation }), ...(error && { error }) })
  })
  const startAnew = () => {
    questions.current++
    followed.follow(undefined)
    setAnswer({})
  }
  async function evaluate() {
    if (dataset === undefined) return
    startAnew()
    const question = questions.current
    const input = { classifier: id, dataset, unlabelled: which === 'UNLABELLED' }
    const { data, error } = await client.mutation(StartClassifierEvaluationDocument, { input })
    if (question !== questions.current) return
    followed.follow(data?.startClassifierEvaluation.job)
    if (error) setAnswer({ error })
  }
  return (
    <Dialog
      title={`Evaluate ${name}`}
      note="Measures it on other images, and tells whether they differ from its own test images by more than chance."
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Problems error={unread ?? answer.error} />
      {!datasets && !unread && <Loading what="datasets" />}
      {datasets && dataset !== undefined && (
        <>
          <SelectField
            label="Dataset"
            value={dataset}
            options={datasets.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(value) => {
              setChosen(value)
              startAnew()
            }}
          />
          <Choice<Which>
            label="Images"
            value={which}
            options={[
              { value: 'TEST', label: 'Test images' },
              { value: 'UNLABELLED', label: 'Images without a label' },
            ]}
            onChange={(value) => {
              setWhich(value)
              startAnew()
            }}
          />
        </>
      )}
      <JobState followed={followed} />
      {answer.data && <Result evaluation={answer.data} />}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <Button tone="primary" disabled={followed.isRunning || dataset === undefined} onClick={evaluate}>
          Evaluate
        </Button>
      </DialogActions>
    </Dialog>
  )
}

function Result({ evaluation: { images, leftOut, accuracy, drift } }: { readonly evaluation: Evaluation }) {
  const changed = drift?.some(({ hasChanged }) => hasChanged)
  return (
    <>
      <p role="status">
        {plural(images, 'image')}
        {leftOut > 0 && `, without ${leftOut} that it learned from`}.{' '}
        {accuracy &&
          `Accuracy ${fixed(100 * accuracy.mean)} % (95 % interval ${fixed(100 * accuracy.low)}–${fixed(100 * accuracy.high)}).`}
      </p>
      {drift ? (
        <>
          <Notice tone={changed ? 'warn' : 'good'}>
            {changed
              ? 'These images differ from its own by more than chance.'
              : 'They do not differ from its own by more than chance.'}
          </Notice>
          <DataTable label="Drift" columns={columns} rows={drift} keyOf={({ measure }) => measure} />
        </>
      ) : (
        <Notice tone="plain">Drift cannot be told: its dataset had no test images when it was made.</Notice>
      )}
    </>
  )
}

const names = { ACCURACY: 'Accuracy', CONFIDENCE: 'Mean confidence', EMPTY_SETS: 'None of these' } as const

const columns: readonly Column<Drift>[] = [
  { id: 'measure', header: 'Measure', cell: ({ measure }) => names[measure] },
  { id: 'own', header: 'Its own', numeric: true, cell: ({ own }) => `${fixed(100 * own)} %` },
  { id: 'here', header: 'Here', numeric: true, cell: ({ here }) => `${fixed(100 * here)} %` },
  { id: 'p', header: 'p', numeric: true, cell: ({ adjustedPValue }) => pValue(adjustedPValue) },
]

import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { SetPromptsDocument } from '../../api/generated'
import { problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { TextArea } from '../../components/field'
import styles from './mending.module.css'

/** Edits the prompts of a class, one per line. */
export function EditPrompts({
  dataset,
  name,
  prompts,
  onClose,
}: {
  readonly dataset: string
  readonly name: string
  readonly prompts: readonly string[]
  readonly onClose: () => void
}) {
  const [text, setText] = useState(prompts.join('\n'))
  const [{ error, fetching }, setPrompts] = useMutation(SetPromptsDocument)
  async function submit(event: FormEvent) {
    event.preventDefault()
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    const { data } = await setPrompts({ input: { dataset, classes: [{ name, prompts: lines }] } })
    if (data) onClose()
  }
  return (
    <Dialog
      title={`Prompts of ${name}`}
      note="Texts that describe an image of the class. Shotboard averages their features. Saving computes only text features again."
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <form onSubmit={submit} className={styles.fields}>
        <TextArea
          label="One per line"
          rows={6}
          value={text}
          problems={problemsOf(error)}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={fetching}>
            {fetching ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

import { type FormEvent, useState } from 'react'
import { MendSetPromptsDocument } from '../../api/generated'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { TextArea } from '../../components/field'
import styles from './mending.module.css'
import type { Mending } from './use-mending'

/** Edits the prompts of a class, one per line. */
export function EditPrompts({
  dataset,
  name,
  prompts,
  mending,
  onClose,
}: {
  readonly dataset: string
  readonly name: string
  readonly prompts: readonly string[]
  readonly mending: Mending
  readonly onClose: () => void
}) {
  const [text, setText] = useState(prompts.join('\n'))
  const [saving, setSaving] = useState(false)
  const cancel = () => {
    mending.dismiss()
    onClose()
  }
  async function submit(event: FormEvent) {
    event.preventDefault()
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    setSaving(true)
    const input = { dataset, classes: [{ name, prompts: lines }] }
    const made = await mending.run(MendSetPromptsDocument, input)
    setSaving(false)
    if (made) onClose()
  }
  return (
    <Dialog
      title={`Prompts of ${name}`}
      note="Texts that describe an image of the class. Shotboard averages their features. Saving computes only text features again, and can be undone."
      open
      onOpenChange={(open) => {
        if (!open) cancel()
      }}
    >
      <form onSubmit={submit} className={styles.fields}>
        <TextArea
          label="One per line"
          rows={6}
          value={text}
          problems={mending.problems}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <DialogActions>
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={saving}>
            {saving ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

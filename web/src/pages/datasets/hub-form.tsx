import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { ImportFromHubDocument, type ImportFromHubInput } from '../../api/generated'
import { problemsAt, problemsElsewhere, problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { TextField } from '../../components/field'
import { Notice } from '../../components/notice'
import { ProblemList } from '../../components/problems'
import styles from './datasets.module.css'
import { ImportPreview } from './import-preview'
import { useHubPreview } from './use-import-preview'

const fields = ['input.source', 'input.config', 'input.name'] as const

/** Chooses a dataset of the Hugging Face hub by its id. A preview downloads it first; the import then uses what is there. */
export function HubForm({ onStart }: { readonly onStart: (id: string) => void }) {
  const [{ error, fetching }, importFromHub] = useMutation(ImportFromHubDocument)
  const [source, setSource] = useState('')
  const [config, setConfig] = useState('')
  const [name, setName] = useState('')
  const [checked, setChecked] = useState<ImportFromHubInput>()
  const preview = useHubPreview(checked)
  const id = source.trim().replace(/^https?:\/\/huggingface\.co\/datasets\//, '')
  const input: ImportFromHubInput = {
    source: id.startsWith('hf:') ? id : `hf:${id}`,
    config: config.trim() || null,
    name: name.trim() || null,
  }
  const isOutdated = checked !== undefined && JSON.stringify(checked) !== JSON.stringify(input)
  const problems = [...problemsOf(error), ...(isOutdated ? [] : preview.problems)]

  async function submit(event: FormEvent) {
    event.preventDefault()
    const { data } = await importFromHub({ input })
    if (data) onStart(data.importFromHub.import.id)
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <Card title="Dataset of the Hugging Face hub">
        <div className={styles.fields}>
          <TextField
            label="Id"
            value={source}
            placeholder="hf:owner/name"
            hint="As owner/name, or with a revision as owner/name@revision."
            problems={problemsAt(problems, 'input.source')}
            onChange={(event) => setSource(event.currentTarget.value)}
          />
          <TextField
            label="Configuration"
            value={config}
            hint="Only if the dataset has several."
            problems={problemsAt(problems, 'input.config')}
            onChange={(event) => setConfig(event.currentTarget.value)}
          />
          <TextField
            label="Name"
            value={name}
            hint="Default: the name on the hub."
            problems={problemsAt(problems, 'input.name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </div>
      </Card>
      {isOutdated ? (
        <Notice tone="plain" title="The dataset or its name has changed since the check.">
          <Button onClick={() => setChecked(input)}>Check again</Button>
        </Notice>
      ) : (
        <ImportPreview {...preview} problems={problemsElsewhere(preview.problems, fields)} />
      )}
      <ProblemList problems={problemsElsewhere(problemsOf(error), fields)} />
      <div className={styles.submit}>
        <Button disabled={id === '' || preview.checking} onClick={() => setChecked(input)}>
          {preview.checking ? 'Downloading…' : 'Preview'}
        </Button>
        <Button type="submit" tone="primary" disabled={id === '' || fetching}>
          {fetching ? 'Starting…' : 'Import'}
        </Button>
      </div>
    </form>
  )
}

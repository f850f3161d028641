import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { ImportArchiveDocument } from '../../api/generated'
import { problemsAt, problemsElsewhere, problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { DropZone } from '../../components/drop-zone'
import { TextField } from '../../components/field'
import { ProblemList } from '../../components/problems'
import { Progress } from '../../components/progress'
import { plural } from '../../design/format'
import styles from './datasets.module.css'
import { filesOfChoice, filesOfDrop, type LocatedFile } from './dropped-files'
import { archiveIn, pack, worthPacking } from './pack'
import { defaultShares, type Shares, SplitShares } from './split-shares'

/** Chooses a folder or an archive, the name of the dataset, and the split of images without splits. */
export function ImportForm({ onStart }: { readonly onStart: (id: string) => void }) {
  const [{ error, fetching }, importArchive] = useMutation(ImportArchiveDocument)
  const [files, setFiles] = useState<readonly LocatedFile[]>([])
  const [name, setName] = useState('')
  const [shares, setShares] = useState<Shares>(defaultShares)
  const [packed, setPacked] = useState<number>()
  const problems = problemsOf(error)
  const archive = archiveIn(files)
  const choose = (chosen: readonly LocatedFile[]) => setFiles(worthPacking(chosen))

  async function submit(event: FormEvent) {
    event.preventDefault()
    setPacked(0)
    const file = archive ?? (await pack(files, name || folderOf(files), setPacked))
    setPacked(undefined)
    const { data } = await importArchive({
      input: {
        archive: file,
        name: name.trim() || null,
        splitRule: {
          supportPool: shares.supportPool / 100,
          validation: shares.validation / 100,
          test: shares.test / 100,
        },
      },
    })
    if (data) onStart(data.importArchive.id)
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <Card title="Images">
        <div className={styles.drop}>
          <DropZone
            accept=".zip,.tar,.gz,.tgz,.bz2,.tbz,.xz,.txz,application/x-tar,application/zip,application/gzip,application/x-bzip2,application/x-xz"
            onDrop={async (transfer) => choose(await filesOfDrop(transfer))}
            onFiles={(chosen) => choose(filesOfChoice(chosen))}
          >
            <strong>Drop a folder or an archive here</strong>
            <span>or choose a .zip or .tar (also .gz, .bz2, .xz)</span>
          </DropZone>
          <DropZone
            folder
            onDrop={async (transfer) => choose(await filesOfDrop(transfer))}
            onFiles={(chosen) => choose(filesOfChoice(chosen))}
          >
            <strong>Choose a folder</strong>
            <span>from this computer</span>
          </DropZone>
        </div>
        <p className={styles.found} role="status">
          {describe(files, archive)}
        </p>
        <p className={styles.layout}>
          Paths are <code>class/image</code>, or <code>split/class/image</code> with the splits{' '}
          <code>support_pool</code> (or <code>train</code>), <code>validation</code> and <code>test</code>. A{' '}
          <code>dataset.json</code> may give classes their names and prompts.
        </p>
      </Card>
      <Card title="Dataset">
        <div className={styles.fields}>
          <TextField
            label="Name"
            value={name}
            placeholder={files.length > 0 ? (archive?.name ?? folderOf(files)) : 'Name of the folder'}
            hint="Default: the name in dataset.json, or of the folder."
            problems={problemsAt(problems, 'input.name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SplitShares
            shares={shares}
            onChange={setShares}
            problems={problemsAt(problems, 'input.splitRule')}
          />
        </div>
      </Card>
      <ProblemList problems={problemsElsewhere(problems, ['input.name', 'input.splitRule'])} />
      {packed !== undefined && !archive && (
        <Progress label="Packing" share={packed / Math.max(1, files.length)} />
      )}
      <div className={styles.submit}>
        <Button
          type="submit"
          tone="primary"
          disabled={files.length === 0 || fetching || packed !== undefined}
        >
          {packed !== undefined ? 'Packing…' : fetching ? 'Uploading…' : 'Import'}
        </Button>
      </div>
    </form>
  )
}

/** The folder that contains the files; the first one of several. */
const folderOf = (files: readonly LocatedFile[]): string => files[0]?.path.split('/')[0] ?? 'dataset'

function describe(files: readonly LocatedFile[], archive: File | undefined): string {
  if (archive) return `${archive.name}, ${(archive.size / 2 ** 20).toFixed(1)} MB`
  if (files.length === 0) return 'Nothing chosen yet.'
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const folders = new Set(files.map(({ path }) => path.split('/').at(-2)))
  return `${plural(files.length, 'file')} in ${plural(folders.size, 'class folder', 'class folders')}, ${(bytes / 2 ** 20).toFixed(1)} MB`
}

import { type FormEvent, useRef, useState } from 'react'
import { useMutation } from 'urql'
import { ImportArchiveDocument, type ImportArchiveInput } from '../../api/generated'
import { problemsAt, problemsElsewhere, problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { DropZone } from '../../components/drop-zone'
import { TextField } from '../../components/field'
import { Notice } from '../../components/notice'
import { ProblemList } from '../../components/problems'
import { Progress } from '../../components/progress'
import { plural } from '../../design/format'
import { type ClassFrom, ClassFromField } from './class-from'
import styles from './datasets.module.css'
import { filesOfChoice, filesOfDrop, type LocatedFile } from './dropped-files'
import { ImportPreview } from './import-preview'
import { archiveIn, pack, worthPacking } from './pack'
import { defaultShares, type Shares, SplitShares } from './split-shares'
import { useImportPreview } from './use-import-preview'

/**
 * Chooses a folder or an archive, the name of the dataset, and the split of images without splits. What was chosen is looked
 * through at once, and the person sees what would be imported before anything is stored.
 */
export function ImportForm({ onStart }: { readonly onStart: (id: string) => void }) {
  const [{ error, fetching }, importArchive] = useMutation(ImportArchiveDocument)
  const [files, setFiles] = useState<readonly LocatedFile[]>([])
  const [name, setName] = useState('')
  const [shares, setShares] = useState<Shares>(defaultShares)
  const [classFrom, setClassFrom] = useState<ClassFrom>('LOOK')
  const [packed, setPacked] = useState<number>()
  const [packedFile, setPackedFile] = useState<File>()
  const [checked, setChecked] = useState<ImportArchiveInput>()
  const choices = useRef(0)
  const preview = useImportPreview(checked)
  const problems = problemsOf(error)
  const archive = archiveIn(files)
  const inputOf = (file: File): ImportArchiveInput => ({
    archive: file,
    name: name.trim() || null,
    classFrom: classFrom === 'LOOK' ? null : classFrom,
    splitRule: {
      supportPool: shares.supportPool / 100,
      validation: shares.validation / 100,
      test: shares.test / 100,
    },
  })
  const input = packedFile && inputOf(packedFile)
  const isOutdated = checked !== undefined && JSON.stringify(checked) !== JSON.stringify(input)
  const isRefused = preview.problems.some(({ code }) => !undecided.has(code)) && !isOutdated

  async function choose(given: readonly LocatedFile[]) {
    const chosen = worthPacking(given)
    const choice = ++choices.current
    setFiles(chosen)
    setPackedFile(undefined)
    setChecked(undefined)
    if (chosen.length === 0) return
    setPacked(0)
    const file =
      archiveIn(chosen) ??
      (await pack(
        withoutFolder(chosen),
        folderOf(chosen),
        (done) => choice === choices.current && setPacked(done),
      ))
    // Another choice may have been made meanwhile.
    if (choice !== choices.current) return
    setPacked(undefined)
    setPackedFile(file)
    setChecked(inputOf(file))
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!input) return
    const { data } = await importArchive({ input })
    if (data) onStart(data.importArchive.import.id)
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
          Paths are <code>class/image</code>, or <code>split/class/image</code> with splits such as{' '}
          <code>train</code>, <code>valid</code> and <code>test</code>; a file of labels, such as{' '}
          <code>labels.csv</code>, may name the classes instead. A <code>dataset.json</code> may give classes
          their names and prompts.
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
          <ClassFromField
            value={classFrom}
            onChange={setClassFrom}
            problems={problemsAt(problems, 'input.classFrom')}
          />
        </div>
      </Card>
      {packed !== undefined && <Progress label="Packing" share={packed / Math.max(1, files.length)} />}
      {isOutdated ? (
        <Notice tone="plain" title="The name, the split or the classes have changed since the check.">
          <Button onClick={() => setChecked(input)}>Check again</Button>
        </Notice>
      ) : (
        <ImportPreview {...preview} />
      )}
      <ProblemList
        problems={problemsElsewhere(problems, ['input.name', 'input.splitRule', 'input.classFrom'])}
      />
      <div className={styles.submit}>
        <Button type="submit" tone="primary" disabled={!input || fetching || isRefused}>
          {packed !== undefined ? 'Packing…' : fetching ? 'Uploading…' : 'Import'}
        </Button>
      </div>
    </form>
  )
}

/** The check did not come to its end, so it says nothing about the import. */
const undecided: ReadonlySet<string> = new Set(['OPERATION_TIMED_OUT', 'OVERLOADED', 'NETWORK'])

/** The folder that contains the files; the first one of several. */
const folderOf = (files: readonly LocatedFile[]): string => files[0]?.path.split('/')[0] ?? 'dataset'

/** Files of one folder, by their paths in it: its name is that of the archive, and of no class. */
function withoutFolder(files: readonly LocatedFile[]): readonly LocatedFile[] {
  const around = `${folderOf(files)}/`
  if (!files.every(({ path }) => path.startsWith(around))) return files
  return files.map(({ path, file }) => ({ path: path.slice(around.length), file }))
}

function describe(files: readonly LocatedFile[], archive: File | undefined): string {
  if (archive) return `${archive.name}, ${(archive.size / 2 ** 20).toFixed(1)} MB`
  if (files.length === 0) return 'Nothing chosen yet.'
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  return `${plural(files.length, 'file')}, ${(bytes / 2 ** 20).toFixed(1)} MB`
}

/** A file with its path below what was dropped or chosen, such as `flowers/train/rose/1.jpg`. */
export interface LocatedFile {
  readonly path: string
  readonly file: File
}

/** What was dropped: single files as they are, and folders with everything below them. */
export async function filesOfDrop(transfer: DataTransfer): Promise<LocatedFile[]> {
  // The list is emptied as soon as the event is over, so entries are taken before anything is waited for.
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const files = items.map((item) => {
    if (item instanceof File) return [{ path: item.name, file: item }]
    return item ? filesBelow(item, '') : []
  })
  return (await Promise.all(files)).flat()
}

/** What was chosen: a folder's files know their path, single ones have their name. */
export const filesOfChoice = (files: readonly File[]): LocatedFile[] =>
  files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))

async function filesBelow(entry: FileSystemEntry, above: string): Promise<LocatedFile[]> {
  const path = above + entry.name
  if (isFile(entry)) {
    return [{ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) }]
  }
  if (!isFolder(entry)) return []
  const inside = await entriesOf(entry)
  return (await Promise.all(inside.map((each) => filesBelow(each, `${path}/`)))).flat()
}

/** A folder is read some entries at a time, until there are no more. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const entries: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return entries
    entries.push(...some)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

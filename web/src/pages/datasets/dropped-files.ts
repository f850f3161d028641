/** A file with its path in the dropped or chosen folder, such as `flowers/train/rose/1.jpg`. */
export interface LocatedFile {
  readonly path: string
  readonly file: File
}

/** The dropped files, including all files in dropped folders. */
export async function filesOfDrop(transfer: DataTransfer): Promise<LocatedFile[]> {
  // The list is emptied after the event, so read the entries before the first await.
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const files = items.map((item) => {
    if (item instanceof File) return [{ path: item.name, file: item }]
    return item ? filesBelow(item, '') : []
  })
  return (await Promise.all(files)).flat()
}

/** The chosen files. Files of a folder have a path, single files only a name. */
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

/** readEntries returns the entries in parts; an empty part is the end. */
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

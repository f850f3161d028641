import { type FileHandle, open } from 'node:fs/promises'
import { errors, reasonOf, systemCodeOf } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'
import type { ClassifiedFile } from './classifier-host.js'
import type { Format } from './classify-formats.js'

/** Where answers are written as they come. */
export interface AnswersOutput {
  /** Whether it is standard output. */
  readonly isStandard: boolean
  /** Waits for a slow reader, so that what is not written yet stays small. Throws DISK_FULL or STORAGE_FAILED. */
  write(answers: readonly ClassifiedFile[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a file for answers, or standard output if `file` is true. Throws INVALID_VALUE for a file that cannot be made, and nothing
 * is classified then.
 */
export async function openAnswersOutput(format: Format, file: string | true): Promise<AnswersOutput> {
  const output = file === true ? standardOutput() : await openFile(file)
  await output.write(format.head)
  return {
    isStandard: file === true,
    write: (answers) => output.write(answers.map(format.line).join('')),
    close: output.close,
  }
}

interface TextOutput {
  write(text: string): Promise<void>
  close(): Promise<void>
}

async function openFile(path: string): Promise<TextOutput> {
  let file: FileHandle
  try {
    file = await open(path, 'w')
  } catch (error) {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'its folder is not there' : reasonOf(error)
    throw errors.invalidValue({ reason: `Could not write ${path}: ${reason}.` }, 'file')
  }
  return {
    write: (text) => withWriteErrors(path, () => file.writeFile(text)),
    close: () => withWriteErrors(path, () => file.close()),
  }
}

function standardOutput(): TextOutput {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => {
          // A reader such as `head` has seen enough.
          if (error && systemCodeOf(error) === 'EPIPE') process.exit(0)
          if (error)
            reject(errors.invalidValue({ reason: `Could not write the answers: ${reasonOf(error)}.` }))
          else resolve()
        })
      }),
    close: async () => {},
  }
}

import { unfinishedStatus } from './rows.js'

/** Counts how often a job was started and its process then ended without stopping it. */
export interface JobStarts {
  /** Counts a start before the job runs. Returns the number of starts, this one included; 0 if the job has ended. */
  countStart(id: string): Promise<number>
  /** Sets the number to 0: the job has ended, or its process stops in order. */
  forgetStarts(id: string): Promise<void>
}

interface JobTable {
  updateMany(query: {
    where: { id: string; status?: typeof unfinishedStatus }
    data: { starts: number | { increment: number } }
  }): PromiseLike<{ count: number }>
  findUnique(query: { where: { id: string }; select: { starts: true } }): PromiseLike<{
    starts: number
  } | null>
}

export const createJobStarts = (table: JobTable): JobStarts => ({
  async countStart(id) {
    const { count } = await table.updateMany({
      where: { id, status: unfinishedStatus },
      data: { starts: { increment: 1 } },
    })
    if (count === 0) return 0
    return (await table.findUnique({ where: { id }, select: { starts: true } }))?.starts ?? 0
  },
  async forgetStarts(id) {
    await table.updateMany({ where: { id }, data: { starts: 0 } })
  },
})

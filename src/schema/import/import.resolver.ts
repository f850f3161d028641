import { Arg, Args, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import {
  type DatasetRow,
  type ImportRow,
  maxRejectedListed,
  type Page,
  type RejectedFileRow,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { datasetFilter } from '../dataset/dataset-filter.js'
import { JobStatus } from '../enums.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { PageArguments, pageRequest } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { firstRejected } from './first-rejected.js'
import {
  ImportArchiveInputType,
  ImportConnectionType,
  ImportType,
  RejectedFileType,
  startedImport,
} from './import.type.js'
import { receivedArchive } from './received-archive.js'

const CancelImportInputType = inputOfId(
  'CancelImportInput',
  'An import that is to stop.',
  'The id of an import that waits or runs.',
)

@Resolver(() => ImportType)
export class ImportResolver {
  @Query(() => ImportType, {
    nullable: true,
    description: 'An import by its id. Fails with UNKNOWN_IMPORT if there is none.',
  })
  import(
    @Arg('id', () => ID, { description: 'The id of an import.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ImportRow> {
    return loaders.import.load(id)
  }

  @Query(() => ImportConnectionType, { description: 'Newest first.' })
  async imports(
    @Arg('dataset', () => ID, { nullable: true, description: 'Only imports into this dataset, by its id.' })
    dataset: string | null | undefined,
    @Arg('status', () => [JobStatus], { nullable: true, description: 'Only imports in one of these states.' })
    status: JobStatus[] | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<ImportRow>> {
    const filter = { ...(await datasetFilter(dataset, context)), ...(status && { status: { in: status } }) }
    return context.library.imports.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(startedImport, {
    description:
      'Stores an archive and returns. The import runs in the background, and continues after a restart. Importing the same archive again adds nothing. Problems inside the archive are reported on the import.',
  })
  async importArchive(
    @Arg('input', () => ImportArchiveInputType, {
      description: 'The archive, and what to make of its paths.',
    })
    { archive, ...input }: ImportArchiveInputType,
    @Ctx() { library }: Context,
  ): Promise<ImportRow> {
    return library.imports.importArchive({ ...input, archive: receivedArchive(archive) })
  }

  @PayloadMutation(startedImport, {
    description: 'Cancels an import. Images that were already added stay.',
  })
  cancelImport(
    @Arg('input', () => CancelImportInputType, { description: 'The import.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ImportRow> {
    return library.imports.cancel(id)
  }

  @FieldResolver(() => Float, {
    description: 'The share of the images that is done, from 0 to 1. Never decreases.',
  })
  progress(@Root() { status, files, position }: ImportRow): number {
    if (status === 'SUCCEEDED') return 1
    return files ? position / files : 0
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'Null until the archive has been scanned, and after the dataset is deleted.',
  })
  dataset(@Root() { datasetId }: ImportRow, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => [RejectedFileType], {
    description: `The first files that could not be read. At most ${maxRejectedListed} are stored.`,
  })
  rejected(
    @Root() { rejected }: ImportRow,
    @Arg('first', () => Int, { defaultValue: 100, description: 'How many to return, 0 or more.' })
    first: number,
  ): readonly RejectedFileRow[] {
    return firstRejected(rejected, first)
  }
}

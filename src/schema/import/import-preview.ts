import { Arg, Ctx, Field, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import type {
  DatasetRow,
  ImportPlan,
  PlannedClass,
  RejectedFileRow,
  SplitCountRow,
  WarningRow,
} from '../../library/index.js'
import { atInput } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetType, SplitCountType } from '../dataset/dataset.type.js'
import { ObjectType } from '../object-type.js'
import { WarningType } from '../warning.js'
import { firstRejected } from './first-rejected.js'
import { ImportArchiveInputType, RejectedFileType } from './import.type.js'
import { receivedArchive } from './received-archive.js'

@ObjectType('PreviewedClass', { description: 'A class that an import would add images to.' })
class PreviewedClassType {
  @Field(() => String, { description: 'The name of the class.' })
  name: string
}

@ObjectType('ImportPreview', { description: 'What an import would do. Nothing is stored.' })
export class ImportPreviewType {
  @Field(() => String, { description: 'The name of the dataset.' })
  name: string

  @Field(() => [PreviewedClassType], { description: 'The classes of the dataset, in their order.' })
  classes: readonly PlannedClass[]

  @Field(() => Int, { description: 'The number of images that would be added.' })
  added: number

  @Field(() => Int, {
    description: 'The number of images that the dataset already has, or that the archive has twice.',
  })
  duplicates: number

  @Field(() => [WarningType], {
    description: 'What may be a mistake, such as classes whose names differ only by case.',
  })
  warnings: readonly WarningRow[]
}

@Resolver(() => ImportPreviewType)
export class ImportPreviewResolver {
  @Query(() => ImportPreviewType, {
    description:
      'What `importArchive` would do with the same input. Every image is read and checked. Nothing is stored, and the archive is removed again. Fails as the import would.',
    complexity: computed({ base: 1000 }),
  })
  async importPreview(
    @Arg('input', () => ImportArchiveInputType, {
      description: 'The archive, and what to make of its paths.',
    })
    { archive, ...input }: ImportArchiveInputType,
    @Ctx() { library }: Context,
  ): Promise<ImportPlan> {
    const plan = async () => library.imports.planArchive({ ...input, archive: receivedArchive(archive) })
    return atInput(plan())
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'The dataset that the images would be added to. Null if the import would create one.',
  })
  dataset(@Root() { dataset }: ImportPlan, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return dataset === null ? null : loaders.dataset.load(dataset)
  }

  @FieldResolver(() => Int, { description: 'The number of files that would be left out.' })
  rejectedCount(@Root() { rejected }: ImportPlan): number {
    return rejected.length
  }

  @FieldResolver(() => [RejectedFileType], {
    description: 'The first files that would be left out, with why.',
  })
  rejected(
    @Root() { rejected }: ImportPlan,
    @Arg('first', () => Int, { defaultValue: 100, description: 'The most files to tell, from 0.' })
    first: number,
  ): readonly RejectedFileRow[] {
    return firstRejected(rejected, first)
  }
}

@Resolver(() => PreviewedClassType)
export class PreviewedClassResolver {
  @FieldResolver(() => [SplitCountType], {
    description: 'The number of images that would be added, by split.',
  })
  counts(@Root() { images }: PlannedClass): readonly SplitCountRow[] {
    return splits.map((split) => ({ split, images: images[split] }))
  }
}

const splits = ['SUPPORT_POOL', 'VALIDATION', 'TEST'] as const

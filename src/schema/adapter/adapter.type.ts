import { Field, Float, ID, InputType, Int } from 'type-graphql'
import { ObjectType } from '../object-type.js'
import { Upload } from '../scalars.js'
import type { UploadedFile } from '../upload.js'

@InputType('ImportAdapterInput', { description: 'An adapter from a file, and the encoder that it is for.' })
export class ImportAdapterInputType {
  @Field(() => ID, { nullable: true, description: 'Default: the default encoder.' })
  encoder?: string | null

  @Field(() => String, { description: 'The adapter becomes the space `imo:NAME`.' })
  name: string

  @Field(() => Upload, { description: 'A safetensors file; see docs/adapters.md.' })
  file: UploadedFile
}

@InputType('UseAdapterInput', { description: 'An encoder and the adapter that it is to use.' })
export class UseAdapterInputType {
  @Field(() => ID, { nullable: true, description: 'The id of the encoder. Left out: the default encoder.' })
  encoder?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The name of an added adapter. Left out: the adapter that came with the model.',
  })
  name?: string | null
}

@InputType('RemoveAdapterInput', { description: 'An added adapter that is to go.' })
export class RemoveAdapterInputType {
  @Field(() => ID, { nullable: true, description: 'The id of the encoder. Left out: the default encoder.' })
  encoder?: string | null

  @Field(() => String, { description: 'The name of an added adapter.' })
  name: string
}

@ObjectType('Adapter', {
  description:
    "An adapter that was trained here or imported, in addition to the one in the encoder's model folder.",
})
export class AdapterType {
  @Field(() => String, {
    description:
      'Unique among the adapters of its encoder: lower-case letters, digits, dots, dashes and underscores.',
  })
  name: string

  @Field(() => Boolean, { description: 'Whether the encoder uses it as its `imo` space.' })
  isUsed: boolean

  @Field(() => Int, { description: "The inner width of every block's adapter." })
  bottleneck: number

  @Field(() => Float, { description: "The factor applied to the adapters' output." })
  scale: number

  @Field(() => Int, { description: 'The number of encoder blocks that have a bottleneck.' })
  blocks: number

  @Field(() => Int, { description: 'The size of its file in bytes.' })
  bytes: number

  @Field(() => String, { description: 'The SHA-256 of its file, as 64 hexadecimal digits.' })
  sha256: string

  @Field(() => String, { description: 'The origin of the adapter, as its file states it.' })
  provenance: string
}

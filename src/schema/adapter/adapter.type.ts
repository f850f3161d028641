import type { FileUpload } from 'graphql-upload/processRequest.mjs'
import { Field, Float, ID, InputType, Int } from 'type-graphql'
import { ObjectType } from '../object-type.js'
import { Upload } from '../scalars.js'

@InputType('ImportAdapterInput')
export class ImportAdapterInputType {
  @Field(() => ID, { nullable: true, description: 'The default encoder unless given.' })
  encoder?: string | null

  @Field(() => String, { description: 'The adapter is then the space `imo:NAME`.' })
  name: string

  @Field(() => Upload, { description: 'A safetensors file; see docs/adapters.md.' })
  file: Promise<FileUpload>
}

@ObjectType('Adapter', {
  description: "An adapter that was trained here or brought, beside the one of its encoder's model folder.",
})
export class AdapterType {
  @Field(() => String)
  name: string

  @Field(() => Boolean, { description: "Whether it is its encoder's `imo`." })
  isUsed: boolean

  @Field(() => Int, { description: "The inner width of every block's adapter." })
  bottleneck: number

  @Field(() => Float, { description: "What the adapters' output is multiplied by." })
  scale: number

  @Field(() => Int, { description: 'Blocks of the encoder that it has bottlenecks for.' })
  blocks: number

  @Field(() => Int)
  bytes: number

  @Field(() => String)
  sha256: string

  @Field(() => String, { description: 'Where it comes from, as its file says.' })
  provenance: string
}

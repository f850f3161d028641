import { Field, Float, ID, Int } from 'type-graphql'
import { type Hyperparameter, type PlotColor, rangeOf, symbolOf } from '../../library/index.js'
import { HyperparameterKind } from '../enums.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'

@ObjectType('PlotColor', { description: 'A colour in plots and tables, as #rrggbb.' })
export class PlotColorType implements PlotColor {
  @Field(() => String, { description: 'On a light background.' })
  light: string

  @Field(() => String, { description: 'On a dark background.' })
  dark: string
}

@ObjectType('Term', { description: "One term of the sum that makes up a method's logits." })
export class TermType {
  @Field(() => String, { description: 'Unique in the method.' })
  name: string

  @Field(() => String, { description: 'One sentence: what it measures.' })
  summary: string

  @Field(() => String, { nullable: true, description: 'Its value before weighting, in TeX.' })
  formula: string | null

  @Field(() => String, { nullable: true, description: 'The hyperparameter that multiplies it.' })
  weight: string | null

  @Field(() => PlotColorType, { description: 'The colour of its share in explanations.' })
  color: PlotColorType
}

@ObjectType('Hyperparameter', { description: 'A number that a method or the fit of a space depends on.' })
export class HyperparameterType {
  @Field(() => String, { description: 'Unique in its method or space.' })
  name: string

  @Field(() => String, { description: 'Its symbol in formulas, in TeX.' })
  symbol: string

  @Field(() => HyperparameterKind, { description: 'Whether it multiplies a term.' })
  kind: keyof typeof HyperparameterKind

  @Field(() => Float, { description: 'The value if none is given or selected.' })
  default: number

  @Field(() => Float, { description: 'The least value that is allowed, and the first of the search grid.' })
  min: number

  @Field(() => Float, { description: 'The greatest value that is allowed, and the last of the search grid.' })
  max: number

  @Field(() => Int, { description: 'The number of values in the search grid.' })
  steps: number

  @Field(() => Boolean, { description: 'Whether only whole numbers are allowed.' })
  whole: boolean

  @Field(() => String, { description: 'One sentence: what it does.' })
  summary: string
}

@ObjectType('HyperparameterValue', { description: 'The value that a hyperparameter has.' })
export class HyperparameterValueType {
  @Field(() => String, { description: 'The name of a hyperparameter of the method or of its space.' })
  name: string

  @Field(() => Float, { description: 'Within the range that the hyperparameter allows.' })
  value: number
}

@ObjectType('Method', {
  implements: NodeType,
  description: 'A training-free classifier: a weighted sum of logit terms.',
})
export class MethodType {
  @Field(() => ID, { description: 'Identifies the method, such as `tip-adapter`; it never changes.' })
  id: string

  @Field(() => String, { description: 'For people to read.' })
  name: string

  @Field(() => String, { description: 'One sentence that helps to choose a method.' })
  summary: string
}

/** Converts hyperparameters to a list. */
export const hyperparameterList = (
  hyperparameters: Readonly<Record<string, Hyperparameter>>,
): HyperparameterType[] =>
  Object.entries(hyperparameters).map(([name, hyperparameter]) => ({
    name,
    symbol: symbolOf(name),
    kind: hyperparameter.kind === 'weight' ? 'WEIGHT' : 'SHAPE',
    default: hyperparameter.default,
    ...rangeOf(hyperparameter),
    steps: hyperparameter.grid.length,
    whole: hyperparameter.whole ?? false,
    summary: hyperparameter.summary,
  }))

/** Converts hyperparameter values to a list. */
export const valueList = (values: Readonly<Record<string, number>>): HyperparameterValueType[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

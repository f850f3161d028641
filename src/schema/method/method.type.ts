import { Field, Float, ID, Int } from 'type-graphql'
import { type Hyperparameter, type PlotColor, rangeOf, symbolOf } from '../../library/index.js'
import { HyperparameterKind } from '../enums.js'
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
  @Field(() => String)
  name: string

  @Field(() => String)
  summary: string

  @Field(() => String, { nullable: true, description: 'Its value before weighting, in TeX.' })
  formula: string | null

  @Field(() => String, { nullable: true, description: 'The hyperparameter that multiplies it.' })
  weight: string | null

  @Field(() => PlotColorType, { description: 'The colour of its share in explanations.' })
  color: PlotColorType
}

@ObjectType('Hyperparameter')
export class HyperparameterType {
  @Field(() => String)
  name: string

  @Field(() => String, { description: 'Its symbol in formulas, in TeX.' })
  symbol: string

  @Field(() => HyperparameterKind)
  kind: keyof typeof HyperparameterKind

  @Field(() => Float)
  default: number

  @Field(() => Float)
  min: number

  @Field(() => Float)
  max: number

  @Field(() => Int, { description: 'The number of values in the search grid.' })
  steps: number

  @Field(() => Boolean, { description: 'Whether only whole numbers are allowed.' })
  whole: boolean

  @Field(() => String)
  summary: string
}

@ObjectType('HyperparameterValue')
export class HyperparameterValueType {
  @Field(() => String)
  name: string

  @Field(() => Float)
  value: number
}

@ObjectType('Method', { description: 'A training-free classifier: a weighted sum of logit terms.' })
export class MethodType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => String)
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

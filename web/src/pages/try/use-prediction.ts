import { useEffect, useState } from 'react'
import { type Client, type CombinedError, useClient } from 'urql'
import {
  DrawSupportSetDocument,
  PredictDocument,
  type PredictInput,
  type PredictQuery,
} from '../../api/generated'
import { choiceOf } from '../../components/method-matrix'

export type ImagePrediction = PredictQuery['predict'][number]
export type MethodPrediction = ImagePrediction['predictions'][number]

/** An image to classify: a stored image or a file. */
export type Subject = { readonly id: string } | { readonly upload: File }

/** What answers: chosen methods on a support set, or a comparison. */
export type Question = ChosenQuestion | ComparedQuestion

interface ChosenQuestion {
  readonly dataset: string
  readonly shots: number
  readonly seed: number
  /** Keys of methods and spaces, joined by commas. */
  readonly methods: string
  /** Whether hyperparameters may be searched for longer than the limit. */
  readonly allowLongSearch: boolean
}

interface ComparedQuestion {
  readonly comparison: string
  readonly shots: number
  readonly seed: number
}

interface Answer {
  readonly prediction: ImagePrediction | undefined
  /** The image of the prediction: while the next one is classified, still the one before. */
  readonly answered: Subject | undefined
  readonly error: CombinedError | undefined
  readonly fetching: boolean
}

const topClasses = 5

const unasked: Answer = { prediction: undefined, answered: undefined, error: undefined, fetching: false }

/** Classifies an image with every method. The same `question` object asks the same again. */
export function usePrediction(question: Question, subject: Subject | undefined): Answer {
  const client = useClient()
  const [answer, setAnswer] = useState<Answer>(unasked)
  useEffect(() => {
    if (!subject || ('methods' in question && question.methods === '')) return
    let active = true
    const settle = (next: Answer) => {
      if (active) setAnswer(next)
    }
    setAnswer((before) => ({ ...before, error: undefined, fetching: true }))
    const ask = async () => {
      const { by, error: refused } = await answerBy(client, question)
      if (!by) return settle({ ...unasked, error: refused })
      const input = { ...by, images: [subject], topK: topClasses }
      const { data, error } = await client.query(PredictDocument, { input }, { requestPolicy: 'cache-first' })
      settle({ prediction: data?.predict[0], answered: subject, error, fetching: false })
    }
    ask()
    return () => {
      active = false
    }
  }, [client, question, subject])
  return answer
}

type By = Pick<PredictInput, 'source' | 'shots' | 'seed' | 'methods' | 'allowLongSearch'>

/** A comparison answers by itself. Otherwise it draws the support set; the same request reuses it. */
async function answerBy(
  client: Client,
  question: Question,
): Promise<{ readonly by?: By; readonly error?: CombinedError | undefined }> {
  if ('comparison' in question) {
    const { comparison, ...row } = question
    return { by: { source: { comparison }, ...row } }
  }
  const { dataset, shots, seed, methods, allowLongSearch } = question
  const { data, error } = await client.mutation(DrawSupportSetDocument, {
    input: { dataset, support: { shots }, seed },
  })
  if (!data) return { error }
  const supportSet = data.createSupportSet.supportSet.id
  return { by: { source: { supportSet }, methods: methods.split(',').map(choiceOf), allowLongSearch } }
}

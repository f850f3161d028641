import { useEffect, useState } from 'react'
import { type CombinedError, useClient } from 'urql'
import { DrawSupportSetDocument, PredictDocument, type PredictQuery } from '../../api/generated'
import { choiceOf } from '../../components/method-matrix'

export type ImagePrediction = PredictQuery['predict'][number]
export type MethodPrediction = ImagePrediction['predictions'][number]

/** An image to classify: a stored image or a file. */
export type Subject = { readonly id: string } | { readonly upload: File }

export interface Question {
  readonly dataset: string
  readonly shots: number
  readonly seed: number
  /** Keys of methods and spaces, joined by commas. */
  readonly methods: string
}

interface Answer {
  readonly prediction: ImagePrediction | undefined
  readonly error: CombinedError | undefined
  readonly fetching: boolean
}

const topClasses = 5

/** Draws the support set (the same request reuses it) and classifies the image with every method. */
export function usePrediction(
  { dataset, shots, seed, methods }: Question,
  subject: Subject | undefined,
): Answer {
  const client = useClient()
  const [answer, setAnswer] = useState<Answer>({ prediction: undefined, error: undefined, fetching: false })
  useEffect(() => {
    if (!subject || methods === '') return
    let active = true
    const settle = (next: Answer) => {
      if (active) setAnswer(next)
    }
    setAnswer(({ prediction }) => ({ prediction, error: undefined, fetching: true }))
    const ask = async () => {
      const drawn = await client.mutation(DrawSupportSetDocument, { input: { dataset, shots, seed } })
      if (!drawn.data) return settle({ prediction: undefined, error: drawn.error, fetching: false })
      const input = {
        supportSet: drawn.data.createSupportSet.id,
        images: [subject],
        methods: methods.split(',').map(choiceOf),
        topK: topClasses,
      }
      const { data, error } = await client.query(PredictDocument, { input }, { requestPolicy: 'cache-first' })
      settle({ prediction: data?.predict[0], error, fetching: false })
    }
    ask()
    return () => {
      active = false
    }
  }, [client, dataset, shots, seed, methods, subject])
  return answer
}

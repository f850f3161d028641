import { defineSpace } from './contract.js'

/** The image features as the encoder gives them. */
export const clip = () =>
  defineSpace({
    id: 'clip',
    name: 'CLIP',
    summary: 'The image features as the encoder gives them.',
    formula: 'u = f',
    marker: 'circle',
    dash: 'solid',
    base: 'clip',
    trained: false,
  })

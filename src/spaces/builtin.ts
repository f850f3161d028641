import { centred } from './centred.js'
import { clip } from './clip.js'
import { imo } from './imo.js'
import { onSpace } from './on-space.js'
import { shrunk } from './shrunk.js'
import { whitened } from './whitened.js'

/** The spaces that come with Shotboard; what is fitted on the support set, on the adapted space as well. */
export const builtinSpaces = () => {
  const fitted = [centred(), whitened(), shrunk()]
  return [clip(), imo(), ...fitted, ...fitted.map((space) => onSpace(space, imo()))]
}

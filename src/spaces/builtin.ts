import { centred } from './centred.js'
import { clip } from './clip.js'
import { imo } from './imo.js'
import { whitened } from './whitened.js'

/** The spaces that come with Shotboard. */
export const builtinSpaces = () => [clip(), imo(), centred(), whitened()]
